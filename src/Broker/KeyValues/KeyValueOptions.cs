namespace OrleansMq.Broker.KeyValues;

/// <summary>How many settings the name service keeps for its clients.</summary>
public sealed class KeyValueOptions
{
    /// <summary>Where the options stand in the configuration.</summary>
    public const string Section = BrokerOptions.Section + ":" + nameof(BrokerOptions.KeyValues);

    /// <summary>
    /// The most settings in all namespaces together; each broker of a cluster keeps them in memory. Default: 1,000.
    /// </summary>
    public int MaxEntries { get; set; } = 1_000;

    /// <summary>The longest value, in characters. Default: 8,192.</summary>
    public int MaxValueLength { get; set; } = 8_192;

    /// <summary>Checks the options; the problems name the setting, its value and what is allowed.</summary>
    public IEnumerable<string> Validate()
    {
        if (MaxEntries is < 0 or > 100_000)
            yield return Outside(nameof(MaxEntries), MaxEntries, "0 to 100,000");
        if (MaxValueLength is < 1 or > 1_048_576)
            yield return Outside(nameof(MaxValueLength), MaxValueLength, "1 to 1,048,576");
    }

    private static string Outside(string name, object value, string allowed) =>
        $"{Section}:{name} is {value}; allowed is {allowed}.";
}
