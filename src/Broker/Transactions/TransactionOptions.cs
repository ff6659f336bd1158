namespace OrleansMq.Broker.Transactions;

/// <summary>When producers are asked what became of their transactions, and for how long.</summary>
public sealed class TransactionOptions
{
    /// <summary>Where the options stand in the configuration.</summary>
    public const string Section = BrokerOptions.Section + ":" + nameof(BrokerOptions.Transactions);

    /// <summary>
    /// How old a half message is before its producer is asked for the first time, unless the message says otherwise
    /// in <c>CHECK_IMMUNITY_TIME_IN_SECONDS</c>. RocketMQ: <c>transactionTimeOut</c>. Default: 6 s.
    /// </summary>
    public TimeSpan FirstCheckAfter { get; set; } = TimeSpan.FromSeconds(6);

    /// <summary>
    /// How long after a question the next one follows. RocketMQ: <c>transactionCheckInterval</c>. Default: 30 s.
    /// </summary>
    public TimeSpan CheckInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How often a producer is asked before the half message is parked; a time in which no producer is online uses up
    /// none. RocketMQ: <c>transactionCheckMax</c>. Default: 15.
    /// </summary>
    public int MaxChecks { get; set; } = 15;

    /// <summary>
    /// How old a half message gets before it is parked even if no producer was there to be asked. Shorter than the
    /// retention of the store, behind which the message is gone. Default: 24 h.
    /// </summary>
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromHours(24);

    /// <summary>
    /// The most transactions that are not over, parked ones included; about 200 bytes of memory each. Default: 500,000.
    /// </summary>
    public int MaxOpen { get; set; } = 500_000;

    /// <summary>
    /// Of how many transactions that are over the broker remembers how they ended, to tell a late decision what
    /// contradicts it; about 60 bytes of memory each. Not kept over a restart. Default: 100,000.
    /// </summary>
    public int MaxRememberedEnds { get; set; } = 100_000;

    /// <summary>
    /// How many questions may be under way at once to producers that are connected to other brokers only; each holds
    /// its message in memory. More wait their turn. Default: 16.
    /// </summary>
    public int MaxQuestionsElsewhere { get; set; } = 16;

    /// <summary>Checks the options; the problems name the setting, its value and what is allowed.</summary>
    public IEnumerable<string> Validate()
    {
        if (FirstCheckAfter < TimeSpan.Zero || FirstCheckAfter > TimeSpan.FromDays(1))
            yield return Outside(nameof(FirstCheckAfter), FirstCheckAfter, "0 to 1 day");
        if (CheckInterval < TimeSpan.FromMilliseconds(100) || CheckInterval > TimeSpan.FromDays(1))
            yield return Outside(nameof(CheckInterval), CheckInterval, "100 ms to 1 day");
        if (MaxChecks is < 1 or > 1_000_000)
            yield return Outside(nameof(MaxChecks), MaxChecks, "1 to 1,000,000");
        if (MaxAge < TimeSpan.FromSeconds(1) || MaxAge > TimeSpan.FromDays(3650))
            yield return Outside(nameof(MaxAge), MaxAge, "1 s to 3,650 days");
        if (MaxOpen is < 1 or > 10_000_000)
            yield return Outside(nameof(MaxOpen), MaxOpen, "1 to 10,000,000");
        if (MaxQuestionsElsewhere is < 1 or > 10_000)
            yield return Outside(nameof(MaxQuestionsElsewhere), MaxQuestionsElsewhere, "1 to 10,000");
        if (MaxRememberedEnds is < 0 or > 100_000_000)
            yield return Outside(nameof(MaxRememberedEnds), MaxRememberedEnds, "0 to 100,000,000");
    }

    private static string Outside(string name, object value, string allowed) =>
        $"{Section}:{name} is {value}; allowed is {allowed}.";
}
