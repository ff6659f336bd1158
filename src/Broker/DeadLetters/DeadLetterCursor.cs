using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace OrleansMq.Broker.DeadLetters;

/// <summary>Where the next request goes on among the dead letters of a group.</summary>
/// <param name="QueueId">The queue of the dead-letter topic.</param>
/// <param name="Offset">The offset in it; negative for the first of the time that is asked for.</param>
/// <param name="UntilMilliseconds">
/// No dead letter that was stored later belongs to the walk, Unix milliseconds: one that comes while others are sent
/// again, because it failed again, is not sent again and again.
/// </param>
public readonly record struct DeadLetterCursor(int QueueId, long Offset, long UntilMilliseconds)
{
    private const char Separator = '-';

    /// <summary>Where a walk begins.</summary>
    public static DeadLetterCursor StartUntil(long untilMilliseconds) => new(0, -1, untilMilliseconds);

    /// <summary>Reads a cursor that an answer gave.</summary>
    public static bool TryParse(
        string text, out DeadLetterCursor cursor, [NotNullWhen(false)] out string? problem)
    {
        cursor = default;
        problem = null;
        string[] parts = text.Split(Separator);
        bool isRead = TryParse(parts, out long queueId, out long offset, out long until) && queueId <= int.MaxValue;
        if (isRead)
            cursor = new DeadLetterCursor((int)queueId, offset, until);
        else
            problem = $"The cursor '{text}' is none that an answer gave; give its 'next', or no cursor to begin.";
        return isRead;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{QueueId}{Separator}{Math.Max(Offset, 0)}{Separator}{UntilMilliseconds}");

    private static bool TryParse(string[] parts, out long first, out long second, out long third)
    {
        first = second = third = 0;
        return parts.Length == 3
            && TryParse(parts[0], out first) && TryParse(parts[1], out second) && TryParse(parts[2], out third);
    }

    private static bool TryParse(string text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
