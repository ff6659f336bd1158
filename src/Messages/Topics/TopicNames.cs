using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace OrleansMq.Messages.Topics;

/// <summary>Which names topics and groups may have, and the names that RocketMQ reserves.</summary>
public static class TopicNames
{
    /// <summary>The longest topic a client may create, in characters.</summary>
    public const int MaxTopicLength = 127;

    /// <summary>The longest group, so that its retry and dead-letter topics fit into 255 characters.</summary>
    public const int MaxGroupLength = 120;

    /// <summary>What a group's retry topic begins with.</summary>
    public const string RetryPrefix = "%RETRY%";

    /// <summary>What a group's dead-letter topic begins with.</summary>
    public const string DeadLetterPrefix = "%DLQ%";

    /// <summary>The template from which unknown topics are created automatically.</summary>
    public const string AutoCreateTemplate = "TBW102";

    /// <summary>
    /// Where messages wait for their delivery time; a queue for each delay level, then one for other times.
    /// </summary>
    public const string Schedule = "SCHEDULE_TOPIC_XXXX";

    /// <summary>Where the broker keeps what was popped and acknowledged.</summary>
    public const string Pops = "OMQ_SYS_POP";

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("%|-_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    private static readonly HashSet<string> ReservedTopics = new(StringComparer.Ordinal)
    {
        Schedule, "RMQ_SYS_TRANS_HALF_TOPIC", "RMQ_SYS_TRANS_OP_HALF_TOPIC", "TRANS_CHECK_MAX_TIME_TOPIC",
        "RMQ_SYS_TRACE_TOPIC", "SELF_TEST_TOPIC", "OFFSET_MOVED_EVENT", "OMQ_SYS_DELIVERIES",
        AutoCreateTemplate, Pops,
    };

    private static readonly HashSet<string> SendableReservedTopics = new(StringComparer.Ordinal)
    {
        "RMQ_SYS_TRACE_TOPIC", "SELF_TEST_TOPIC",
    };

    /// <summary>The retry topic of a group.</summary>
    public static string RetryOf(string group) => RetryPrefix + group;

    /// <summary>The dead-letter topic of a group.</summary>
    public static string DeadLetterOf(string group) => DeadLetterPrefix + group;

    /// <summary>Whether a topic is some group's retry topic.</summary>
    public static bool IsRetry(ReadOnlySpan<char> topic) => topic.StartsWith(RetryPrefix, StringComparison.Ordinal);

    /// <summary>Whether a topic is some group's dead-letter topic.</summary>
    public static bool IsDeadLetter(ReadOnlySpan<char> topic) =>
        topic.StartsWith(DeadLetterPrefix, StringComparison.Ordinal);

    /// <summary>Whether the broker keeps the topic for itself.</summary>
    public static bool IsReserved(string topic) => ReservedTopics.Contains(topic);

    /// <summary>Whether clients may publish to the topic, going by its name alone.</summary>
    public static bool IsSendable(string topic) => !IsReserved(topic) || SendableReservedTopics.Contains(topic);

    /// <summary>Checks a topic's characters and length; the problem names both the rule and the offender.</summary>
    public static bool IsValidTopic(string topic, [NotNullWhen(false)] out string? problem) =>
        IsValid("topic", topic, IsRetry(topic) || IsDeadLetter(topic) ? 255 : MaxTopicLength, out problem);

    /// <summary>Checks a group's characters and length; the problem names both the rule and the offender.</summary>
    public static bool IsValidGroup(string group, [NotNullWhen(false)] out string? problem) =>
        IsValid("group", group, MaxGroupLength, out problem);

    private static bool IsValid(string kind, string name, int maxLength, [NotNullWhen(false)] out string? problem)
    {
        problem = null;
        if (string.IsNullOrEmpty(name))
            problem = $"The {kind} is empty; name one.";
        else if (name.Length > maxLength)
            problem = $"The {kind} has {name.Length} characters; at most {maxLength} are allowed.";
        else if (name.AsSpan().ContainsAnyExcept(Allowed))
        {
            problem = $"The {kind} '{Printable(name)}' holds a character other than letters, digits, "
                + "'%', '|', '-' and '_'.";
        }

        return problem is null;
    }

    private static string Printable(string name) =>
        string.Concat(name.Select(unit => char.IsControl(unit) || char.IsSurrogate(unit) ? '?' : unit));
}
