using OrleansMq.Client.Administration;

namespace OrleansMq.Client;

/// <summary>Administration.</summary>
public sealed partial class OrleansMqClient
{
    /// <summary>What operators do with the cluster.</summary>
    public ClusterAdmin Admin => field ?? Interlocked.CompareExchange(ref field, new ClusterAdmin(this), null) ?? field;
}
