namespace OrleansMq.Client.Hosting.Health;

/// <summary>When a client counts as healthy.</summary>
public sealed class OrleansMqHealthOptions
{
    /// <summary>
    /// The most messages that may wait for a consumer in the queues that it has; with more the application is degraded.
    /// Null: any number. Default: null.
    /// </summary>
    public long? MaxLagMessages { get; set; }
}
