using OrleansMq.Broker.Clustering;
using OrleansMq.Protocol.Codes;

namespace OrleansMq.Broker.Popping;

/// <summary>A message that was handed out.</summary>
/// <param name="QueueId">Its queue.</param>
/// <param name="Offset">Its place in the queue.</param>
/// <param name="Attempt">How often it was handed out by now, 1 and up.</param>
public readonly record struct PoppedMessage(int QueueId, long Offset, int Attempt);

/// <summary>What a pop got.</summary>
/// <param name="Code">The answer's code.</param>
/// <param name="Problem">Why it was refused; null when it was not.</param>
/// <param name="PoppedAt">When, Unix milliseconds: with the offset the receipt of each message.</param>
/// <param name="IsOrdered">Whether messages waited for earlier ones of their message group.</param>
/// <param name="Messages">The messages, in the order of the records; those of one queue stand together.</param>
/// <param name="Rest">How many messages lie in the queues that were looked at and were never handed out.</param>
public sealed record PopOutcome(
    ResponseCode Code, string? Problem, long PoppedAt, bool IsOrdered, IReadOnlyList<PoppedMessage> Messages, long Rest)
{
    /// <summary>What must be provided before the pop can be tried again; null when it was served or refused.</summary>
    public MissingMetadata? Missing { get; private init; }

    /// <summary>
    /// Whether it has looked at as much as one pop may and found nothing: there may be messages behind, which the next
    /// one comes to.
    /// </summary>
    public bool IsCutShort { get; init; }

    /// <summary>Whether it found nothing yet and may wait for a message.</summary>
    public bool MayHold => Code == ResponseCode.PollingTimeout && !IsCutShort;

    internal static PopOutcome Lacks(MissingMetadata missing) =>
        Refused(ResponseCode.SystemError, "The group or its dead-letter topic was deleted just now; pop again.") with
        {
            Missing = missing,
        };

    internal static PopOutcome Refused(ResponseCode code, string problem) => new(code, problem, 0, false, [], 0);
}
