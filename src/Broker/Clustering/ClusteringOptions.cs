namespace OrleansMq.Broker.Clustering;

/// <summary>How a broker goes along with the others of its cluster.</summary>
public sealed class ClusteringOptions
{
    /// <summary>Where the options stand in the configuration.</summary>
    public const string Section = "OrleansMq:Cluster";

    /// <summary>
    /// How long a decision of the cluster may take, tries after a failure included, before whoever asked is told that
    /// it cannot be had now; less than RocketMQ's clients wait for an answer. Default: 2.5 s.
    /// </summary>
    public TimeSpan DecisionTimeout { get; set; } = TimeSpan.FromSeconds(2.5);

    /// <summary>
    /// How often committed offsets are reported from the broker to their group. Default: 200 ms.
    /// </summary>
    public TimeSpan OffsetReportInterval { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// How often a group writes offsets that were reported to the database; the broker's own file is written more
    /// often, see OffsetFlushInterval. Default: 5 s.
    /// </summary>
    public TimeSpan OffsetSaveInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How often a broker asks for changes of topics, groups and brokers that it was not told of. Default: 10 s.
    /// </summary>
    public TimeSpan ViewRefreshInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long a drained broker still takes messages, so that producers learn of it from their routes. Default: 60 s.
    /// </summary>
    public TimeSpan DrainGrace { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Connections of clients of the Orleans cluster.</summary>
    public TunnelOptions Tunnels { get; init; } = new();

    /// <summary>Checks the options; the problems name the setting, its value and what is allowed.</summary>
    public IEnumerable<string> Validate()
    {
        (string Name, TimeSpan Value)[] intervals =
        [
            (nameof(OffsetReportInterval), OffsetReportInterval), (nameof(OffsetSaveInterval), OffsetSaveInterval),
            (nameof(ViewRefreshInterval), ViewRefreshInterval),
        ];
        foreach ((string name, TimeSpan value) in intervals)
        {
            if (value < TimeSpan.FromMilliseconds(10) || value > TimeSpan.FromHours(1))
                yield return $"{Section}:{name} is {value}; allowed is 10 ms to 1 h.";
        }

        if (DecisionTimeout < TimeSpan.FromMilliseconds(100) || DecisionTimeout > TimeSpan.FromMinutes(10))
            yield return $"{Section}:{nameof(DecisionTimeout)} is {DecisionTimeout}; allowed is 100 ms to 10 min.";
        if (DrainGrace < TimeSpan.Zero || DrainGrace > TimeSpan.FromDays(1))
            yield return $"{Section}:{nameof(DrainGrace)} is {DrainGrace}; allowed is 0 to 1 day.";
        foreach (string problem in Tunnels.Validate())
            yield return problem;
    }
}
