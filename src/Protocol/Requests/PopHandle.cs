using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace OrleansMq.Protocol.Requests;

/// <summary>
/// The handle by which a client names a delivery of a popped message: numbers and the broker's name, separated by
/// spaces. Clients build it from the answer to the pop. RocketMQ: <c>ExtraInfoUtil</c>.
/// </summary>
/// <param name="StartOffset">The first message that the pop got of this queue.</param>
/// <param name="PopTime">When the message was handed out, Unix milliseconds.</param>
/// <param name="InvisibleTime">For how long nobody else gets it, in milliseconds.</param>
/// <param name="ReviveQueueId">999 for an ordered pop.</param>
/// <param name="BrokerName">The broker.</param>
/// <param name="QueueId">The queue.</param>
public sealed record PopHandle(
    long StartOffset, long PopTime, long InvisibleTime, int ReviveQueueId, string BrokerName, int QueueId)
{
    /// <summary>What <see cref="ReviveQueueId"/> is for an ordered pop.</summary>
    public const int OrderedReviveQueue = 999;

    private const int MinParts = 7;

    /// <summary>Where the message comes from: its own topic. RocketMQ has retry topics as well.</summary>
    private const string NormalTopic = "0";

    /// <summary>Reads a handle, with or without the message's offset at its end.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out PopHandle? handle)
    {
        ArgumentNullException.ThrowIfNull(text);
        handle = null;
        string[] parts = text.Split(' ');
        if (parts.Length < MinParts || !TryParse(parts[0], out long start) || !TryParse(parts[1], out long popTime)
            || !TryParse(parts[2], out long invisible) || !TryParse(parts[3], out long revive)
            || !TryParse(parts[6], out long queueId) || revive > int.MaxValue || queueId > int.MaxValue)
            return false;

        handle = new PopHandle(start, popTime, invisible, (int)revive, parts[5], (int)queueId);
        return true;
    }

    /// <summary>The handle of one of the messages.</summary>
    public string Of(long offset) => string.Create(
        CultureInfo.InvariantCulture,
        $"{StartOffset} {PopTime} {InvisibleTime} {ReviveQueueId} {NormalTopic} {BrokerName} {QueueId} {offset}");

    private static bool TryParse(string part, out long number) =>
        long.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
