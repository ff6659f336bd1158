using OrleansMq.Storage.Workers;

namespace OrleansMq.Broker.Popping;

/// <summary>
/// Serves pops that wait when a message's time is over, and answers those whose own is; sleeps while none waits.
/// </summary>
internal sealed class PopExpirer(MessagePopper popper) : IStoreWorker
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    public string Name => "omq-pops";

    public WorkerSignal Signal { get; } = new();

    public TimeSpan PumpOnce() => popper.HeldCount > 0 ? popper.ServeDue(Interval) : Timeout.InfiniteTimeSpan;
}
