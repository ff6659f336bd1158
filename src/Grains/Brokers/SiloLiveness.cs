using OrleansMq.Broker.Clustering;

namespace OrleansMq.Grains.Brokers;

/// <summary>Which silos are alive, as this silo's membership view has it. Thread-safe.</summary>
internal sealed class SiloLiveness(IClusterMembershipService membership)
{
    /// <summary>Whether a silo, in the form of <see cref="SiloAddress.ToParsableString"/>, takes part.</summary>
    public bool IsAlive(string silo) => silo != BrokerRegistration.NoSilo
        && membership.CurrentSnapshot.GetSiloStatus(SiloAddress.FromParsableString(silo)) == SiloStatus.Active;
}
