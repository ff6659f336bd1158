using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Protocol.Requests;

/// <summary>Gives a message back for a later retry: 36. RocketMQ: ConsumerSendMsgBackRequestHeader.</summary>
/// <param name="PhysicalOffset">Where the message stands in the log.</param>
/// <param name="Group">The consumer's group.</param>
/// <param name="DelayLevel">0: the broker chooses; negative: to the dead letters; else the delay level.</param>
/// <param name="OriginMessageId">The id of the first delivery; null if the client does not say.</param>
/// <param name="OriginTopic">The topic of the first delivery; null if the client does not say.</param>
/// <param name="IsUnitMode">Whether the consumer belongs to a unit.</param>
/// <param name="MaxReconsumeTimes">The group's own limit on retries; -1 if it names none.</param>
public sealed record ConsumerSendMessageBackRequest(
    long PhysicalOffset,
    string Group,
    int DelayLevel,
    string? OriginMessageId,
    string? OriginTopic,
    bool IsUnitMode,
    int MaxReconsumeTimes)
{
    /// <summary>
    /// When the message comes again, in milliseconds, instead of a delay level; -1 if the client does not say.
    /// OrleansMq's own: retryDelayMs.
    /// </summary>
    public long RetryDelayMilliseconds { get; init; } = -1;

    /// <summary>
    /// Why the consumer could not process it, for people; null if the client does not say. OrleansMq's own:
    /// retryReason.
    /// </summary>
    public string? Reason { get; init; }

    /// <summary>
    /// How often the consumer had it, tries of its own included; 0 if the client does not say. OrleansMq's own:
    /// retryAttempts.
    /// </summary>
    public int Attempts { get; init; }

    /// <summary>Reads the request; false with a sentence for the sender if a field is missing or wrong.</summary>
    public static bool TryRead(CommandReader command, out ConsumerSendMessageBackRequest request, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(command);
        var fields = new FieldParser(command);
        request = new ConsumerSendMessageBackRequest(
            fields.RequiredInt64("offset"u8),
            fields.RequiredString("group"u8),
            fields.RequiredInt32("delayLevel"u8),
            fields.OptionalString("originMsgId"u8),
            fields.OptionalString("originTopic"u8),
            fields.OptionalBoolean("unitMode"u8),
            fields.OptionalInt32("maxReconsumeTimes"u8, -1))
        {
            RetryDelayMilliseconds = fields.OptionalInt64("retryDelayMs"u8, -1),
            Reason = fields.OptionalString("retryReason"u8),
            Attempts = fields.OptionalInt32("retryAttempts"u8, 0),
        };
        problem = fields.Problem;
        return problem is null;
    }
}
