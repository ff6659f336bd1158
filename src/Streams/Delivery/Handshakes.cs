namespace OrleansMq.Streams.Delivery;

/// <summary>How many subscribers of this silo's agents are being asked where they begin. Thread-safe.</summary>
internal sealed class Handshakes
{
    private int _running;

    public bool AreRunning => Volatile.Read(ref _running) > 0;

    public void Begin() => Interlocked.Increment(ref _running);

    public void End() => Interlocked.Decrement(ref _running);
}
