using OrleansMq.Broker.Clustering;
using OrleansMq.Protocol.Codes;
using OrleansMq.Storage.CommitLogs;

namespace OrleansMq.Broker.Sending;

/// <summary>What became of a send.</summary>
/// <param name="Code">The answer's code.</param>
/// <param name="Problem">Why it was refused and what to do; null when it was not.</param>
/// <param name="Append">Where the message, or the first one of a batch, lies.</param>
/// <param name="QueueId">The queue that took it.</param>
/// <param name="MustAwaitFlush">
/// Whether the sender may only be answered once <c>Append.EndOffset</c> is on disk.
/// </param>
public readonly record struct SendResult(
    ResponseCode Code, string? Problem, AppendResult Append, int QueueId, bool MustAwaitFlush)
{
    /// <summary>What must be provided before the send can be tried again; null when it was stored or refused.</summary>
    public MissingMetadata? Missing { get; private init; }

    /// <summary>By which a delayed message can be called back; null for others, and without a unique key.</summary>
    public string? RecallHandle { get; internal init; }

    /// <summary>The unique key of a half message; null for others, and without one.</summary>
    public string? TransactionId { get; internal init; }

    /// <summary>Whether the message was stored by an earlier send, and only its place is told again.</summary>
    public bool IsRepeated { get; internal init; }

    /// <summary>Whether the message is in the log.</summary>
    public bool IsStored => Code == ResponseCode.Success;

    /// <summary>The outcome for a record that was, or was not, appended.</summary>
    internal static SendResult Of(AppendResult result, int queueId, bool mustAwaitFlush) => result.Status switch
    {
        AppendStatus.Appended => new SendResult(ResponseCode.Success, null, result, queueId, mustAwaitFlush),
        AppendStatus.DiskFull => Refused(
            ResponseCode.SystemBusy,
            "The broker's disk is full, or above OrleansMq:Store:DiskFullRatio: it takes no messages and deletes none "
            + "that have not expired. It takes them again by itself once there is room: free or add space, shorten the "
            + "retention, or allow OrleansMq:Store:DiskFullPolicy DropOldest."),
        AppendStatus.Sealed => Refused(
            ResponseCode.ServiceNotAvailable,
            "The broker's disk failed, so that it takes no messages until it is restarted."),
        AppendStatus.TooLarge => Refused(ResponseCode.MessageIllegal, "The message does not fit into a log file."),
        _ => RefusedBatch(),
    };

    internal static SendResult Lacks(MissingMetadata missing) =>
        Refused(ResponseCode.SystemError, "The topic or group was deleted just now; send again.") with
        {
            Missing = missing,
        };

    internal static SendResult RefusedBatch() =>
        Refused(ResponseCode.MessageIllegal, "The body of the batch is not a sequence of whole messages.");

    internal static SendResult Refused(ResponseCode code, string problem) => new(code, problem, default, -1, false);
}
