using OrleansMq.Broker.Clustering;
using OrleansMq.Protocol.Codes;
using OrleansMq.Storage.ConsumeQueues;
using OrleansMq.Storage.Reading;

namespace OrleansMq.Broker.Pulling;

/// <summary>What a pull found, or how to hold it.</summary>
/// <param name="Code">The answer's code.</param>
/// <param name="Problem">Why it was refused; null when it was not.</param>
/// <param name="Result">What was read.</param>
/// <param name="Queue">The queue; null when refused.</param>
/// <param name="Filter">What it selects.</param>
/// <param name="MayHold">Whether it found nothing yet and may wait for a message.</param>
public readonly record struct PullOutcome(
    ResponseCode Code, string? Problem, ReadResult Result, ConsumeQueue? Queue, IMessageFilter? Filter, bool MayHold)
{
    /// <summary>What must be provided before the pull can be tried again; null when it was served or refused.</summary>
    public MissingMetadata? Missing { get; private init; }

    /// <summary>The consumer group; null for callers that are none.</summary>
    public string? Group { get; init; }

    internal static PullOutcome Lacks(MissingMetadata missing, string problem) =>
        Refused(ResponseCode.SubscriptionGroupNotExist, problem) with { Missing = missing };

    internal static PullOutcome Refused(ResponseCode code, string problem) =>
        new(code, problem, default, null, null, false);
}
