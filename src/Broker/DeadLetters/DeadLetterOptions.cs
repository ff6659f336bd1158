namespace OrleansMq.Broker.DeadLetters;

/// <summary>How much of the dead letters one request may list or send again.</summary>
public sealed class DeadLetterOptions
{
    /// <summary>Where the options stand in the configuration.</summary>
    public const string Section = BrokerOptions.Section + ":" + nameof(BrokerOptions.DeadLetters);

    /// <summary>The most dead letters that one request lists. Default: 256.</summary>
    public int MaxListed { get; set; } = 256;

    /// <summary>The most dead letters that one request sends again. Default: 256.</summary>
    public int MaxResentAtOnce { get; set; } = 256;

    /// <summary>
    /// The most dead letters that one request looks at, wanted or not; the answer says where to go on. Default: 10,000.
    /// </summary>
    public int MaxExamined { get; set; } = 10_000;

    /// <summary>The most bytes of a dead letter's body that are shown. Default: 65,536.</summary>
    public int MaxShownBodyBytes { get; set; } = 64 * 1024;

    /// <summary>
    /// Of how many dead letters that are still kept the broker remembers that they were sent again, so that none is
    /// sent twice; about 60 bytes of memory each. Beyond it no more are sent again. Default: 1,000,000.
    /// </summary>
    public int MaxRemembered { get; set; } = 1_000_000;

    /// <summary>Checks the options; the problems name the setting, its value and what is allowed.</summary>
    public IEnumerable<string> Validate()
    {
        if (MaxListed is < 1 or > 10_000)
            yield return Outside(nameof(MaxListed), MaxListed, "1 to 10,000");
        if (MaxResentAtOnce is < 1 or > 10_000)
            yield return Outside(nameof(MaxResentAtOnce), MaxResentAtOnce, "1 to 10,000");
        if (MaxExamined is < 1 or > 10_000_000)
            yield return Outside(nameof(MaxExamined), MaxExamined, "1 to 10,000,000");
        if (MaxShownBodyBytes is < 0 or > 4 * 1024 * 1024)
            yield return Outside(nameof(MaxShownBodyBytes), MaxShownBodyBytes, "0 to 4,194,304");
        if (MaxRemembered is < 1 or > 100_000_000)
            yield return Outside(nameof(MaxRemembered), MaxRemembered, "1 to 100,000,000");
    }

    private static string Outside(string name, int value, string allowed) =>
        $"{Section}:{name} is {value}; allowed is {allowed}.";
}
