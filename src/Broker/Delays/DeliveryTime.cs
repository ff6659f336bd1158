using System.Buffers.Text;
using System.Text;
using OrleansMq.Messages.Properties;

namespace OrleansMq.Broker.Delays;

/// <summary>When a message may be consumed.</summary>
public enum DeliveryKind
{
    /// <summary>At once.</summary>
    Now,

    /// <summary>After the delay of a level.</summary>
    AtLevel,

    /// <summary>At a time of its own.</summary>
    AtTime,

    /// <summary>Never: what the message asks for is wrong or not allowed, so it must not be stored.</summary>
    Refused,
}

/// <summary>When a message asks to be delivered.</summary>
/// <param name="Kind">When it may be consumed.</param>
/// <param name="Level">The delay level, from 1; 0 unless the kind is <see cref="DeliveryKind.AtLevel"/>.</param>
/// <param name="DueMilliseconds">The time, Unix milliseconds; 0 unless the message has to wait.</param>
/// <param name="Problem">Why the message is refused; null otherwise.</param>
public readonly record struct DeliveryTime(DeliveryKind Kind, int Level, long DueMilliseconds, string? Problem)
{
    /// <summary>Whether the message must be parked.</summary>
    public bool IsDelayed => Kind is DeliveryKind.AtLevel or DeliveryKind.AtTime;

    /// <summary>
    /// Reads the properties DELAY, TIMER_DELAY_SEC, TIMER_DELAY_MS and TIMER_DELIVER_MS; the first of them that is
    /// there counts, a level of 0 does not. Levels above the highest mean the highest; a time that is past means now.
    /// RocketMQ: <c>HookUtils.handleScheduleMessage</c>. Allocates nothing unless the message is refused.
    /// </summary>
    public static DeliveryTime Of(
        ReadOnlySpan<byte> properties, long nowMilliseconds, DelayLevels levels, TimeSpan maxDelay)
    {
        if (PropertyBlock.TryGet(properties, PropertyNames.DelayLevel, out ReadOnlySpan<byte> text))
        {
            if (!TryParse(text, out long level))
                return Refuse(PropertyNames.DelayLevel, text, "a delay level from 0 up");
            if (level > 0)
                return AtLevel(levels.Clamp((int)Math.Min(level, int.MaxValue)), nowMilliseconds, levels);
        }

        long max = (long)maxDelay.TotalMilliseconds;
        if (PropertyBlock.TryGet(properties, PropertyNames.TimerDelaySeconds, out text))
            return After(PropertyNames.TimerDelaySeconds, text, 1_000, nowMilliseconds, max);
        if (PropertyBlock.TryGet(properties, PropertyNames.TimerDelayMilliseconds, out text))
            return After(PropertyNames.TimerDelayMilliseconds, text, 1, nowMilliseconds, max);
        if (!PropertyBlock.TryGet(properties, PropertyNames.TimerDeliverMilliseconds, out text))
            return default;
        if (!TryParse(text, out long due))
            return Refuse(PropertyNames.TimerDeliverMilliseconds, text, "a Unix time in milliseconds");
        return due > nowMilliseconds && due - nowMilliseconds > max
            ? RefuseTooLong(PropertyNames.TimerDeliverMilliseconds, text, max)
            : At(due, nowMilliseconds);
    }

    /// <summary>The time of a message that waits as long as a level says.</summary>
    public static DeliveryTime AtLevel(int level, long nowMilliseconds, DelayLevels levels)
    {
        int clamped = levels.Clamp(level);
        long due = nowMilliseconds + (long)levels.DelayOf(clamped).TotalMilliseconds;
        return new DeliveryTime(DeliveryKind.AtLevel, clamped, due, null);
    }

    private static DeliveryTime After(
        ReadOnlySpan<byte> name, ReadOnlySpan<byte> text, int unitMilliseconds, long nowMilliseconds, long max)
    {
        if (!TryParse(text, out long count))
            return Refuse(name, text, "a whole number from 0 up");
        return count > max / unitMilliseconds
            ? RefuseTooLong(name, text, max)
            : At(nowMilliseconds + (count * unitMilliseconds), nowMilliseconds);
    }

    private static DeliveryTime At(long due, long nowMilliseconds) =>
        due > nowMilliseconds ? new DeliveryTime(DeliveryKind.AtTime, 0, due, null) : default;

    private static bool TryParse(ReadOnlySpan<byte> text, out long number) =>
        Utf8Parser.TryParse(text, out number, out int consumed) && consumed == text.Length && number >= 0;

    private static DeliveryTime Refuse(ReadOnlySpan<byte> name, ReadOnlySpan<byte> text, string expected) =>
        RefuseWith($"The property {Encoding.UTF8.GetString(name)} is '{Show(text)}'; set it to {expected}.");

    private static DeliveryTime RefuseTooLong(ReadOnlySpan<byte> name, ReadOnlySpan<byte> text, long max) => RefuseWith(
        $"The property {Encoding.UTF8.GetString(name)} is '{Show(text)}', which is more than the longest delay of "
            + $"{max} ms; ask for less or raise MaxDelay.");

    private static DeliveryTime RefuseWith(string problem) => new(DeliveryKind.Refused, 0, 0, problem);

    private static string Show(ReadOnlySpan<byte> text) => Encoding.UTF8.GetString(text[..Math.Min(text.Length, 40)]);
}
