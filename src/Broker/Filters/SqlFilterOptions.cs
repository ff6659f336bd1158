namespace OrleansMq.Broker.Filters;

/// <summary>How large SQL filters may be, and how much work they may cause.</summary>
public sealed class SqlFilterOptions
{
    /// <summary>Where the options stand in the configuration.</summary>
    public const string Section = BrokerOptions.Section + ":" + nameof(BrokerOptions.SqlFilters);

    /// <summary>The most characters of a condition. Default: 16,384.</summary>
    public int MaxCharacters { get; set; } = 16_384;

    /// <summary>The most levels of brackets, NOT and signs. Default: 64.</summary>
    public int MaxDepth { get; set; } = 64;

    /// <summary>The most comparisons, values and connectives of a condition. Default: 1,024.</summary>
    public int MaxParts { get; set; } = 1_024;

    /// <summary>The most properties that a condition may name. Default: 64.</summary>
    public int MaxProperties { get; set; } = 64;

    /// <summary>
    /// How much work a pull or a pop may cause before its client is told to go on with another one: a step is a part of
    /// the condition that is evaluated, a property of a message, or 64 bytes of text that are compared.
    /// Default: 1,000,000, some milliseconds.
    /// </summary>
    public int MaxStepsPerPull { get; set; } = 1_000_000;

    /// <summary>The limits of a condition.</summary>
    public SqlFilterLimits Limits => new(MaxCharacters, MaxDepth, MaxParts, MaxProperties);

    /// <summary>Checks the options; the problems name the setting, its value and what is allowed.</summary>
    public IEnumerable<string> Validate()
    {
        if (MaxCharacters is < 1 or > 32_768)
            yield return Outside(nameof(MaxCharacters), MaxCharacters, "1 to 32,768");
        if (MaxDepth is < 4 or > 256)
            yield return Outside(nameof(MaxDepth), MaxDepth, "4 to 256");
        if (MaxParts is < 1 or > 16_384)
            yield return Outside(nameof(MaxParts), MaxParts, "1 to 16,384");
        if (MaxProperties is < 1 or > 1_024)
            yield return Outside(nameof(MaxProperties), MaxProperties, "1 to 1,024");
        if (MaxStepsPerPull is < 1_000 or > 1_000_000_000)
            yield return Outside(nameof(MaxStepsPerPull), MaxStepsPerPull, "1,000 to 1,000,000,000");
    }

    private static string Outside(string name, object value, string allowed) =>
        $"{Section}:{name} is {value}; allowed is {allowed}.";
}
