using OrleansMq.Storage.Workers;

namespace OrleansMq.Broker.Pulling;

/// <summary>Answers pulls whose time is over; sleeps while none waits.</summary>
internal sealed class PullExpirer(MessagePuller puller) : IStoreWorker
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    public string Name => "omq-long-polls";

    public WorkerSignal Signal { get; } = new();

    public TimeSpan PumpOnce()
    {
        puller.ServeReady();
        puller.ServeExpired();
        return puller.HeldCount > 0 ? Interval : Timeout.InfiniteTimeSpan;
    }
}
