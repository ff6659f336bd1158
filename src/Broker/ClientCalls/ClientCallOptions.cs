namespace OrleansMq.Broker.ClientCalls;

/// <summary>What the broker asks of its clients: how long it waits, and how much at once.</summary>
public sealed class ClientCallOptions
{
    /// <summary>Where the options stand in the configuration.</summary>
    public const string Section = $"{BrokerOptions.Section}:{nameof(BrokerOptions.ClientCalls)}";

    private static readonly TimeSpan LongestTimeout = TimeSpan.FromSeconds(25);

    /// <summary>
    /// How long a client may take to answer what is passed on to it: running information, consuming one message, a
    /// reply. RocketMQ: 10 s. Default: 10 s.
    /// </summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The most calls to one client that may wait for answers. Default: 256.</summary>
    public int MaxPendingPerClient { get; set; } = 256;

    /// <summary>The most calls to all clients of a broker that may wait for answers. Default: 16,384.</summary>
    public int MaxPending { get; set; } = 16_384;

    /// <summary>
    /// Whether the reply to a request is stored too, so that it can be looked up. RocketMQ:
    /// <c>storeReplyMessageEnable</c>. Default: true.
    /// </summary>
    public bool StoreReplies { get; set; } = true;

    /// <summary>Checks the options; the problems name the setting, its value and what is allowed.</summary>
    public IEnumerable<string> Validate()
    {
        // A call may cross the cluster, where nothing takes longer than 30 seconds.
        if (Timeout < TimeSpan.FromMilliseconds(10) || Timeout > LongestTimeout)
            yield return $"{Section}:{nameof(Timeout)} is {Timeout}; allowed is 10 ms to 25 s.";
        if (MaxPendingPerClient is < 1 or > 1_000_000)
            yield return Outside(nameof(MaxPendingPerClient), MaxPendingPerClient);
        if (MaxPending is < 1 or > 1_000_000)
            yield return Outside(nameof(MaxPending), MaxPending);
    }

    private static string Outside(string name, int value) =>
        $"{Section}:{name} is {value}; allowed is 1 to 1,000,000.";
}
