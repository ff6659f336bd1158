using OrleansMq.Storage.Workers;

namespace OrleansMq.Broker.Nodes;

/// <summary>Removes clients that fell silent.</summary>
internal sealed class ClientExpirer(BrokerNode node, BrokerOptions options) : IStoreWorker
{
    private static readonly TimeSpan MaxInterval = TimeSpan.FromSeconds(10);

    public string Name => "omq-clients";

    public WorkerSignal Signal { get; } = new();

    public TimeSpan PumpOnce()
    {
        node.ControlPlane.ExpireMembers();
        node.Producers.Expire();
        TimeSpan interval = options.ClientExpiry / 4;
        return interval < MaxInterval ? interval : MaxInterval;
    }
}
