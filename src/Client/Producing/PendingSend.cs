using System.Threading.Tasks.Sources;
using OrleansMq.Client.Diagnostics;
using OrleansMq.Client.Sending;

namespace OrleansMq.Client.Producing;

/// <summary>
/// A message between the call that sends it and its outcome. Taken from a pool and back in it once its outcome was
/// read, so that a send allocates nothing of its own.
/// </summary>
internal sealed class PendingSend(PendingSends owner) : IValueTaskSource<SendReceipt>
{
    private ManualResetValueTaskSourceCore<SendReceipt> _core = new() { RunContinuationsAsynchronously = true };

    /// <summary>The message.</summary>
    public OutgoingMessage Outgoing { get; set; }

    /// <summary>When it must be settled, in ticks of the client's clock.</summary>
    public long Deadline { get; set; }

    /// <summary>What it counts for against the limit, and in a batch.</summary>
    public int Bytes { get; set; }

    /// <summary>
    /// Whether it cannot be one of several in a request. A delayed one, a half message or a request cannot by protocol;
    /// a long one is compressed, which a request does as a whole or not at all.
    /// </summary>
    public bool TravelsAlone { get; set; }

    /// <summary>What is told of it to those who listen.</summary>
    public SendObservation Observation { get; private set; }

    /// <summary>The outcome; to be awaited once.</summary>
    public ValueTask<SendReceipt> Outcome => new(this, _core.Version);

    /// <summary>Lets it be observed, and carry the context of its span.</summary>
    public void Observe(in SendObservation observation)
    {
        Observation = observation;
        if (observation.Context is { } span)
            Outgoing = Outgoing with { Trace = span };
    }

    /// <summary>Settles it. It must not be touched afterwards.</summary>
    public void Succeed(SendReceipt receipt)
    {
        Observation.Succeeded(receipt);
        owner.Settled(Bytes);
        _core.SetResult(receipt);
    }

    /// <summary>Settles it. It must not be touched afterwards.</summary>
    public void Fail(Exception cause)
    {
        Observation.Failed(cause);
        owner.Settled(Bytes);
        _core.SetException(cause);
    }

    SendReceipt IValueTaskSource<SendReceipt>.GetResult(short token)
    {
        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            _core.Reset();
            Outgoing = default;
            Observation = default;
            owner.Return(this);
        }
    }

    ValueTaskSourceStatus IValueTaskSource<SendReceipt>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<SendReceipt>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
