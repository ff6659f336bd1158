using OrleansMq.Storage.Workers;

namespace OrleansMq.Broker.Statistics;

/// <summary>Notes every second what was counted.</summary>
internal sealed class StatisticsSampler(BrokerStatistics statistics) : IStoreWorker
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    public string Name => "omq-stats";

    public WorkerSignal Signal { get; } = new();

    public TimeSpan PumpOnce()
    {
        statistics.Sample();
        return Interval;
    }
}
