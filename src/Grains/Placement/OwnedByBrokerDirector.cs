using Orleans.Runtime.Placement;
using OrleansMq.Broker.Clustering;
using OrleansMq.Grains.Brokers;

namespace OrleansMq.Grains.Placement;

/// <summary>
/// Finds the silo that owns a broker. While nobody does the grain comes to life anywhere, only to tell its callers so.
/// </summary>
internal sealed class OwnedByBrokerDirector(LocalBroker broker) : IPlacementDirector
{
    public Task<SiloAddress> OnAddActivation(
        PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        string name = BrokerKey.BrokerOf(target.GrainIdentity.Key.ToString()!);
        SiloAddress[] silos = context.GetCompatibleSilos(target);
        BrokerRegistration? owner = broker.View.FindBroker(name);
        SiloAddress? silo = owner is null ? null : silos.FirstOrDefault(one => one.ToParsableString() == owner.Silo);
        return Task.FromResult(silo ?? context.LocalSilo);
    }
}
