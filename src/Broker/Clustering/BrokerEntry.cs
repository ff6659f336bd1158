namespace OrleansMq.Broker.Clustering;

/// <summary>A broker as its cluster knows it.</summary>
/// <param name="Name">The name, which stays while the address changes.</param>
/// <param name="Address">Where clients reach it: IP address and port.</param>
/// <param name="IsWritable">Whether producers should send to it; not while it is drained.</param>
public sealed record BrokerEntry(string Name, string Address, bool IsWritable);
