using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace OrleansMq.Broker.Topics;

/// <summary>
/// The attributes that a topic may have, and how requests change them: <c>+name=value,-name</c>, as RocketMQ 5's tools
/// write it. RocketMQ: <c>TopicAttributes</c>, <c>AttributeUtil</c>.
/// </summary>
public static class TopicAttributes
{
    /// <summary>How many hours messages are kept, 1 to 87,600.</summary>
    public const string RetentionHours = "retention.hours";

    /// <summary>How many bytes of the newest messages are kept on each broker.</summary>
    public const string RetentionBytes = "retention.bytes";

    /// <summary>For how long a message with the same unique id is stored once, such as <c>10m</c>.</summary>
    public const string IdempotentWindow = "idempotent.window";

    /// <summary>What kind of messages the topic is for; kept for clients.</summary>
    public const string MessageType = "message.type";

    private const int MaxRetentionHours = 87_600;
    private const long MaxRetentionBytes = 1L << 50;

    private static readonly TimeSpan MaxWindow = TimeSpan.FromDays(7);

    private static readonly string[] MessageTypes = ["UNSPECIFIED", "NORMAL", "FIFO", "DELAY", "TRANSACTION", "MIXED"];

    /// <summary>Applies changes to attributes; false with a sentence for the sender when one is wrong.</summary>
    public static bool TryChange(
        IReadOnlyDictionary<string, string> current, string changes,
        [NotNullWhen(true)] out IReadOnlyDictionary<string, string>? changed, out string? problem)
    {
        var attributes = new Dictionary<string, string>(current, StringComparer.Ordinal);
        var named = new HashSet<string>(StringComparer.Ordinal);
        changed = attributes;
        problem = null;
        const StringSplitOptions Split = StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries;
        foreach (string change in changes.Split(',', Split))
        {
            problem = Apply(change, attributes, named);
            if (problem is null)
                continue;

            changed = null;
            return false;
        }

        return true;
    }

    /// <summary>Reads the hours that messages are kept; null when there is no such attribute, or a wrong one.</summary>
    internal static TimeSpan? ReadRetention(IReadOnlyDictionary<string, string> attributes) =>
        TryReadNumber(attributes.GetValueOrDefault(RetentionHours), MaxRetentionHours, out long hours)
            ? TimeSpan.FromHours(hours)
            : null;

    /// <summary>Reads the bytes that are kept; null when there is no such attribute, or a wrong one.</summary>
    internal static long? ReadRetentionBytes(IReadOnlyDictionary<string, string> attributes) =>
        TryReadNumber(attributes.GetValueOrDefault(RetentionBytes), MaxRetentionBytes, out long bytes) ? bytes : null;

    /// <summary>Reads the window of unique ids; zero when there is no such attribute, or a wrong one.</summary>
    internal static TimeSpan ReadWindow(IReadOnlyDictionary<string, string> attributes) =>
        TryReadWindow(attributes.GetValueOrDefault(IdempotentWindow), out TimeSpan window) ? window : TimeSpan.Zero;

    private static string? Apply(string change, Dictionary<string, string> attributes, HashSet<string> named)
    {
        int equals = change.IndexOf('=', StringComparison.Ordinal);
        string name = equals < 0 ? change[1..] : change[1..equals];
        bool isSet = change[0] == '+' && equals > 1;
        bool isRemoved = change[0] == '-' && equals < 0 && name.Length > 0;
        if (!isSet && !isRemoved)
            return $"The attribute change '{change}' is neither '+name=value' nor '-name'.";
        if (!named.Add(name))
            return $"The attribute '{name}' is changed twice in one request.";
        if (isRemoved)
        {
            // Tools send a change to every broker of a cluster, which is one here: the first took the attribute away.
            attributes.Remove(name);
            return null;
        }

        string value = change[(equals + 1)..];
        attributes[name] = value;
        return FindProblem(name, value);
    }

    private static string? FindProblem(string name, string value)
    {
        string? allowed = name switch
        {
            RetentionHours => Unless(
                TryReadNumber(value, MaxRetentionHours, out _), $"a number of hours, 1 to {MaxRetentionHours}"),
            RetentionBytes => Unless(
                TryReadNumber(value, MaxRetentionBytes, out _), $"a number of bytes, 1 to {MaxRetentionBytes}"),
            IdempotentWindow => Unless(
                TryReadWindow(value, out _), "a whole number with a unit of s, m, h or d, 1s to 7d"),
            MessageType => Unless(MessageTypes.Contains(value), string.Join(", ", MessageTypes)),
            "queue.type" => Unless(value == "SimpleCQ", "SimpleCQ; this broker has no other queues"),
            "cleanup.policy" => Unless(value == "DELETE", "DELETE; this broker does not compact topics"),
            "reserve.time" => $"nothing here: set {RetentionHours} instead",
            _ => "",
        };
        if (allowed?.Length == 0)
        {
            return $"There is no attribute '{name}'. Topics may have {RetentionHours}, {RetentionBytes}, "
                + $"{IdempotentWindow}, {MessageType}, queue.type and cleanup.policy.";
        }

        return allowed is null ? null : $"The attribute '{name}' is '{value}'; allowed is {allowed}.";
    }

    private static string? Unless(bool isRight, string allowed) => isRight ? null : allowed;

    private static bool TryReadNumber(string? text, long max, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number)
        && number >= 1 && number <= max;

    private static bool TryReadWindow(string? text, out TimeSpan window)
    {
        window = default;
        if (text is not { Length: > 1 } || !TryReadNumber(text[..^1], int.MaxValue, out long number))
            return false;

        long seconds = text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3_600, 'd' => 86_400, _ => 0 };
        if (seconds == 0 || number * seconds > (long)MaxWindow.TotalSeconds)
            return false;

        window = TimeSpan.FromSeconds(number * seconds);
        return true;
    }
}
