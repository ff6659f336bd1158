using OrleansMq.Broker.Clustering;

namespace OrleansMq.Grains.Brokers;

/// <summary>
/// Which silos are alive, as this silo's membership view has it. This silo itself always is: the view may show it a
/// moment after it became active, and whoever asks here meanwhile must not be told that there is no broker.
/// Thread-safe.
/// </summary>
internal sealed class SiloLiveness(IClusterMembershipService membership, ILocalSiloDetails local)
{
    private readonly string _local = local.SiloAddress.ToParsableString();

    /// <summary>Whether a silo, in the form of <see cref="SiloAddress.ToParsableString"/>, takes part.</summary>
    public bool IsAlive(string silo) => silo == _local || (silo != BrokerRegistration.NoSilo
        && membership.CurrentSnapshot.GetSiloStatus(SiloAddress.FromParsableString(silo)) == SiloStatus.Active);
}
