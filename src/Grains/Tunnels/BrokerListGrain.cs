using Orleans.Concurrency;
using OrleansMq.Grains.Brokers;
using OrleansMq.Tunnels;

namespace OrleansMq.Grains.Tunnels;

/// <summary>Answers from the view of the silo that was asked.</summary>
[StatelessWorker, Reentrant]
internal sealed class BrokerListGrain(LocalBroker broker) : Grain, IBrokerListGrain
{
    public Task<BrokerPlace[]> List()
    {
        string own = broker.Settings.Broker.BrokerName;
        return Task.FromResult<BrokerPlace[]>(
        [
            .. from entry in broker.View.Brokers
               orderby entry.Name != own
               select new BrokerPlace(entry.Name, entry.Address),
        ]);
    }
}
