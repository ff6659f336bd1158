using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Client.Connections;

/// <summary>
/// A call that waits for its answer. Whoever takes it out of the pending ones ends it, so that it ends once.
/// </summary>
internal abstract class PendingCall
{
    /// <summary>When the call was made, in ticks of the connection's clock.</summary>
    public long MadeAt { get; protected set; }

    /// <summary>When the call is given up, in ticks of the connection's clock.</summary>
    public long DeadlineTimestamp { get; protected set; }

    /// <summary>Ends it with its answer, of which it keeps nothing but copies.</summary>
    public abstract void Answer(CommandReader answer);

    /// <summary>Ends it without an answer.</summary>
    public abstract void Fail(Exception cause);
}
