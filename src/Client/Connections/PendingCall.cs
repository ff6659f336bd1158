using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Client.Connections;

/// <summary>A call that waits for its answer. Its continuations never run on the connection's receive loop.</summary>
internal sealed class PendingCall(long madeAt, long deadlineTimestamp)
    : TaskCompletionSource<RemotingCommand>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    /// <summary>When the call was made, in ticks of the connection's clock.</summary>
    public long MadeAt { get; } = madeAt;

    /// <summary>When the call is given up, in ticks of the connection's clock.</summary>
    public long DeadlineTimestamp { get; } = deadlineTimestamp;
}
