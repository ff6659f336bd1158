using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Codes;

namespace OrleansMq.Broker.Offsets;

/// <summary>What became of a reset.</summary>
/// <param name="Code">The answer's code.</param>
/// <param name="Problem">Why nothing, or not all, was done; null when it was.</param>
/// <param name="Offsets">Where the group goes on in each queue that was meant.</param>
public sealed record ResetResult(
    ResponseCode Code, string? Problem, IReadOnlyDictionary<MessageQueueKey, long> Offsets)
{
    internal static ResetResult Refused(ResponseCode code, string problem) =>
        new(code, problem, new Dictionary<MessageQueueKey, long>());
}
