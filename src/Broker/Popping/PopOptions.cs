namespace OrleansMq.Broker.Popping;

/// <summary>Messages that consumers take and acknowledge one by one: for how long, and how many at a time.</summary>
public sealed class PopOptions
{
    /// <summary>Where the options stand in the configuration.</summary>
    public const string Section = BrokerOptions.Section + ":" + nameof(BrokerOptions.Pops);

    /// <summary>The most messages that one pop gets. RocketMQ: 32. Default: 32.</summary>
    public int MaxMessages { get; set; } = 32;

    /// <summary>The shortest time for which a message may be taken. Default: 1 s.</summary>
    public TimeSpan MinInvisibleTime { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The longest time for which a message may be taken, put back or kept longer, each time from then on.
    /// RocketMQ: <c>maxInvisibleTimeMills</c> of its proxy. Default: 12 h.
    /// </summary>
    public TimeSpan MaxInvisibleTime { get; set; } = TimeSpan.FromHours(12);

    /// <summary>The longest that a pop waits for a message, whatever it asks for. Default: 60 s.</summary>
    public TimeSpan MaxPollTime { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// The most pops that wait for a message at one time. RocketMQ: <c>maxPopPollingSize</c>. Default: 100,000.
    /// </summary>
    public int MaxHeld { get; set; } = 100_000;

    /// <summary>
    /// How many messages of one queue a group may have taken and not acknowledged; about 200 bytes of memory each.
    /// RocketMQ: <c>popInflightMessageThreshold</c>. Default: 10,000.
    /// </summary>
    public int MaxInFlightPerQueue { get; set; } = 10_000;

    /// <summary>The same for all groups and queues of the broker. Default: 1,000,000.</summary>
    public int MaxInFlight { get; set; } = 1_000_000;

    /// <summary>How many queues all groups together may pop from, a queue for each group. Default: 100,000.</summary>
    public int MaxQueues { get; set; } = 100_000;

    /// <summary>
    /// How many messages an ordered pop may pass over, because an earlier one of their message group is not
    /// acknowledged, in search of others. Default: 256.
    /// </summary>
    public int MaxLookAhead { get; set; } = 256;

    /// <summary>The most messages that one request may acknowledge. Default: 4,096.</summary>
    public int MaxBatchAcks { get; set; } = 4_096;

    /// <summary>
    /// How far apart the messages may lie, in offsets, that one item of such a request acknowledges: a bit each.
    /// Default: 8,388,608, which is 1 MiB.
    /// </summary>
    public int MaxBatchAckSpan { get; set; } = 8 * 1024 * 1024;

    /// <summary>Checks the options; the problems name the setting, its value and what is allowed.</summary>
    public IEnumerable<string> Validate()
    {
        if (MaxMessages is < 1 or > 1_024)
            yield return Outside(nameof(MaxMessages), MaxMessages, "1 to 1,024");
        if (MinInvisibleTime < TimeSpan.FromMilliseconds(1) || MinInvisibleTime > TimeSpan.FromHours(1))
            yield return Outside(nameof(MinInvisibleTime), MinInvisibleTime, "1 ms to 1 h");
        if (MaxInvisibleTime < MinInvisibleTime || MaxInvisibleTime > TimeSpan.FromDays(30))
            yield return Outside(nameof(MaxInvisibleTime), MaxInvisibleTime, $"{nameof(MinInvisibleTime)} to 30 days");
        if (MaxPollTime < TimeSpan.FromMilliseconds(1) || MaxPollTime > TimeSpan.FromHours(1))
            yield return Outside(nameof(MaxPollTime), MaxPollTime, "1 ms to 1 h");
        if (MaxHeld is < 0 or > 10_000_000)
            yield return Outside(nameof(MaxHeld), MaxHeld, "0 to 10,000,000");
        if (MaxInFlightPerQueue is < 1 or > 1_000_000)
            yield return Outside(nameof(MaxInFlightPerQueue), MaxInFlightPerQueue, "1 to 1,000,000");
        if (MaxInFlight < MaxInFlightPerQueue || MaxInFlight > 10_000_000)
            yield return Outside(nameof(MaxInFlight), MaxInFlight, $"{nameof(MaxInFlightPerQueue)} to 10,000,000");
        if (MaxQueues is < 1 or > 10_000_000)
            yield return Outside(nameof(MaxQueues), MaxQueues, "1 to 10,000,000");
        if (MaxLookAhead is < 0 or > 100_000)
            yield return Outside(nameof(MaxLookAhead), MaxLookAhead, "0 to 100,000");
        if (MaxBatchAcks is < 1 or > 1_000_000)
            yield return Outside(nameof(MaxBatchAcks), MaxBatchAcks, "1 to 1,000,000");
        if (MaxBatchAckSpan is < 64 or > 1_000_000_000)
            yield return Outside(nameof(MaxBatchAckSpan), MaxBatchAckSpan, "64 to 1,000,000,000");
    }

    private static string Outside(string name, object value, string allowed) =>
        $"{Section}:{name} is {value}; allowed is {allowed}.";
}
