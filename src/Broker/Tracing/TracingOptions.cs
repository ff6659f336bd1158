namespace OrleansMq.Broker.Tracing;

/// <summary>What is noted of what happens to messages, by clients and by the broker.</summary>
public sealed class TracingOptions
{
    /// <summary>Where the options stand in the configuration.</summary>
    public const string Section = BrokerOptions.Section + ":" + nameof(BrokerOptions.Tracing);

    private const int MaxRegionLength = 64;

    /// <summary>
    /// Whether clients that can trace are to send their traces: what the answer to a send says. RocketMQ:
    /// <c>traceOn</c>. Default: true.
    /// </summary>
    public bool ClientTraces { get; set; } = true;

    /// <summary>
    /// The region that clients name in their traces. RocketMQ: <c>regionId</c>. Default: DefaultRegion.
    /// </summary>
    public string Region { get; set; } = "DefaultRegion";

    /// <summary>
    /// Whether the broker notes which clients were given which messages, and acknowledged which. Default: true.
    /// </summary>
    public bool Deliveries { get; set; } = true;

    /// <summary>
    /// How often the notes of deliveries are stored; a broker that is killed loses those since the last time. Default:
    /// 1 second.
    /// </summary>
    public TimeSpan DeliveryFlushInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The most ranges of messages that are noted and not stored yet, about 150 bytes of memory each; what is beyond is
    /// dropped and counted. Default: 20,000.
    /// </summary>
    public int MaxPendingDeliveries { get; set; } = 20_000;

    /// <summary>The most bytes of one record of deliveries. Default: 65,536.</summary>
    public int MaxDeliveryRecordBytes { get; set; } = 64 * 1024;

    /// <summary>The most records of deliveries that are read to trace a message. Default: 20,000.</summary>
    public int MaxScannedDeliveries { get; set; } = 20_000;

    /// <summary>The most messages with one key that are traced at once. Default: 16.</summary>
    public int MaxTracedMessages { get; set; } = 16;

    /// <summary>The most groups that a trace tells of. Default: 256.</summary>
    public int MaxTracedGroups { get; set; } = 256;

    /// <summary>Checks the options; the problems name the setting, its value and what is allowed.</summary>
    public IEnumerable<string> Validate()
    {
        bool isPlain = Region.Length is > 0 and <= MaxRegionLength
            && Region.All(unit => char.IsAsciiLetterOrDigit(unit) || unit is '-' or '_' or '.');
        if (!isPlain)
        {
            yield return $"{Section}:{nameof(Region)} is '{Region}'; allowed are 1 to {MaxRegionLength} letters, "
                + "digits, '-', '_' and '.'.";
        }

        if (DeliveryFlushInterval < TimeSpan.FromMilliseconds(10) || DeliveryFlushInterval > TimeSpan.FromMinutes(10))
            yield return Outside(nameof(DeliveryFlushInterval), DeliveryFlushInterval, "10 ms to 10 min");
        if (MaxPendingDeliveries is < 1 or > 10_000_000)
            yield return Outside(nameof(MaxPendingDeliveries), MaxPendingDeliveries, "1 to 10,000,000");
        if (MaxDeliveryRecordBytes is < 4_096 or > 1024 * 1024)
            yield return Outside(nameof(MaxDeliveryRecordBytes), MaxDeliveryRecordBytes, "4,096 to 1,048,576");
        if (MaxScannedDeliveries is < 1 or > 10_000_000)
            yield return Outside(nameof(MaxScannedDeliveries), MaxScannedDeliveries, "1 to 10,000,000");
        if (MaxTracedMessages is < 1 or > 64)
            yield return Outside(nameof(MaxTracedMessages), MaxTracedMessages, "1 to 64");
        if (MaxTracedGroups is < 1 or > 10_000)
            yield return Outside(nameof(MaxTracedGroups), MaxTracedGroups, "1 to 10,000");
    }

    private static string Outside(string name, object value, string allowed) =>
        $"{Section}:{name} is {value}; allowed is {allowed}.";
}
