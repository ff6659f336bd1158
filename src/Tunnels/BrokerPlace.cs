namespace OrleansMq.Tunnels;

/// <summary>A broker that is alive.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Address">The address by which routes name it.</param>
[GenerateSerializer, Immutable, Alias("OrleansMq.BrokerPlace")]
public readonly record struct BrokerPlace([property: Id(0)] string Name, [property: Id(1)] string Address);
