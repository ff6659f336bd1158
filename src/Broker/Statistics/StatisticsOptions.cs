namespace OrleansMq.Broker.Statistics;

/// <summary>How much a broker counts.</summary>
public sealed class StatisticsOptions
{
    /// <summary>Where the options stand in the configuration.</summary>
    public const string Section = BrokerOptions.Section + ":" + nameof(BrokerOptions.Statistics);

    /// <summary>
    /// The most counters of each kind: of topics, of groups by topic, and of send-backs by group and topic; about 1.4
    /// KB of memory each. What comes beyond is counted in the broker's totals only. Default: 20,000.
    /// </summary>
    public int MaxItems { get; set; } = 20_000;

    /// <summary>Checks the options; the problems name the setting, its value and what is allowed.</summary>
    public IEnumerable<string> Validate()
    {
        if (MaxItems is < 0 or > 10_000_000)
            yield return $"{Section}:{nameof(MaxItems)} is {MaxItems}; allowed is 0 to 10,000,000.";
    }
}
