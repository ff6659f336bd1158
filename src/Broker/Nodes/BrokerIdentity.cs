using System.Net;
using OrleansMq.Messages.Identity;

namespace OrleansMq.Broker.Nodes;

/// <summary>Who a broker is to its clients.</summary>
/// <param name="ClusterName">The cluster.</param>
/// <param name="BrokerName">The name that stays while the address changes.</param>
/// <param name="Advertised">Where clients reach it; written into every record and message identifier.</param>
public sealed record BrokerIdentity(string ClusterName, string BrokerName, IPEndPoint Advertised)
{
    /// <summary>The address as records store it.</summary>
    public HostAddress StoreHost { get; } = HostAddress.From(Advertised);

    /// <summary>The address as routes name it.</summary>
    public string AddressText { get; } = Advertised.ToString();
}
