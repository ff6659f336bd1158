namespace OrleansMq.Broker.Sending;

/// <summary>What is checked of messages that come compressed. The broker stores them as they are.</summary>
public sealed class CompressionOptions
{
    /// <summary>Where the options stand in the configuration.</summary>
    public const string Section = BrokerOptions.Section + ":" + nameof(BrokerOptions.Compression);

    /// <summary>
    /// Whether a message that says it is compressed by zlib must begin as zlib does; costs nothing. Default: true.
    /// </summary>
    public bool VerifyHeaders { get; set; } = true;

    /// <summary>
    /// Whether such a message is decompressed, and refused if that fails or gives more than the limits allow. Costs the
    /// time that a consumer takes to do so. Default: false.
    /// </summary>
    public bool VerifyBodies { get; set; }

    /// <summary>
    /// How many times longer than its compressed form a body above 1 MiB may be; a body of more than four times the
    /// largest message is refused whatever its ratio. Matters with <see cref="VerifyBodies"/>. Default: 100.
    /// </summary>
    public int MaxRatio { get; set; } = 100;

    /// <summary>Checks the options; the problems name the setting, its value and what is allowed.</summary>
    public IEnumerable<string> Validate()
    {
        if (MaxRatio is < 1 or > 1_100)
            yield return $"{Section}:{nameof(MaxRatio)} is {MaxRatio}; allowed is 1 to 1,100, as much as zlib can do.";
    }
}
