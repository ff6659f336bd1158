using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.Producers;
using OrleansMq.Storage.Workers;

namespace OrleansMq.Broker.Nodes;

/// <summary>Removes clients that fell silent.</summary>
internal sealed class ClientExpirer(GroupCatalog groups, ProducerCatalog producers, BrokerOptions options)
    : IStoreWorker
{
    private static readonly TimeSpan MaxInterval = TimeSpan.FromSeconds(10);

    public string Name => "omq-clients";

    public WorkerSignal Signal { get; } = new();

    public TimeSpan PumpOnce()
    {
        foreach (GroupHandle group in groups.Groups)
            group.Expire();
        producers.Expire();
        TimeSpan interval = options.ClientExpiry / 4;
        return interval < MaxInterval ? interval : MaxInterval;
    }
}
