namespace OrleansMq.Protocol.Bodies;

/// <summary>A transaction that is not over, as an operator sees it. Of OrleansMq alone.</summary>
public sealed class TransactionInfo
{
    /// <summary>The broker that has the half message.</summary>
    public string BrokerName { get; set; } = "";

    /// <summary>Where the half message stands in that broker's log.</summary>
    public long CommitLogOffset { get; set; }

    /// <summary>prepared, committing, rollingBack or parked.</summary>
    public string State { get; set; } = "";

    /// <summary>The producers that may know.</summary>
    public string ProducerGroup { get; set; } = "";

    /// <summary>Where the message is for.</summary>
    public string Topic { get; set; } = "";

    /// <summary>The queue that it is for.</summary>
    public int QueueId { get; set; }

    /// <summary>The identifier that the producer gave the message.</summary>
    public string UniqueKey { get; set; } = "";

    /// <summary>The half message's offset message id.</summary>
    public string MsgId { get; set; } = "";

    /// <summary>How often its producers were asked.</summary>
    public int Checks { get; set; }

    /// <summary>When it was stored, Unix milliseconds.</summary>
    public long StoreTimestamp { get; set; }

    /// <summary>When its producers are asked next, Unix milliseconds; of no meaning when it is parked.</summary>
    public long NextCheckTimestamp { get; set; }
}
