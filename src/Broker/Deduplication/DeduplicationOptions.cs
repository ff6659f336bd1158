namespace OrleansMq.Broker.Deduplication;

/// <summary>What the broker remembers of topics that store each unique id once.</summary>
public sealed class DeduplicationOptions
{
    /// <summary>Where the options stand in the configuration.</summary>
    public const string Section = BrokerOptions.Section + ":" + nameof(BrokerOptions.Deduplication);

    /// <summary>
    /// The most unique ids that are remembered, over all topics; about 150 bytes of memory each. When there are as
    /// many, further messages of such topics are refused until the oldest leave their window. Up to an eighth of them
    /// may be ids of messages that were called back. Default: 2,000,000.
    /// </summary>
    public int MaxEntries { get; set; } = 2_000_000;

    /// <summary>Checks the options; the problems name the setting, its value and what is allowed.</summary>
    public IEnumerable<string> Validate()
    {
        if (MaxEntries is < 1 or > 30_000_000)
            yield return $"{Section}:{nameof(MaxEntries)} is {MaxEntries}; allowed is 1 to 30,000,000.";
    }
}
