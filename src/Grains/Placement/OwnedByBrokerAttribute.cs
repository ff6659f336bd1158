using Orleans.Placement;

namespace OrleansMq.Grains.Placement;

/// <summary>The grain needs a broker's log, and is placed on the silo that owns it.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class OwnedByBrokerAttribute() : PlacementAttribute(OwnedByBrokerPlacement.Instance);

/// <summary>Places a grain by the broker name in its key.</summary>
[GenerateSerializer, Immutable, SuppressReferenceTracking, Alias("OrleansMq.OwnedByBroker")]
internal sealed class OwnedByBrokerPlacement : PlacementStrategy
{
    public static OwnedByBrokerPlacement Instance { get; } = new();
}
