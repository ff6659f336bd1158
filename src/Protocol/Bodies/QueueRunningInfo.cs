namespace OrleansMq.Protocol.Bodies;

/// <summary>How far a consumer is with a queue. RocketMQ: ProcessQueueInfo.</summary>
public sealed class QueueRunningInfo
{
    /// <summary>What was committed last.</summary>
    public long CommitOffset { get; set; }

    /// <summary>The lowest offset that is held. RocketMQ: cachedMsgMinOffset.</summary>
    public long CachedMsgMinOffset { get; set; }

    /// <summary>The highest offset that is held. RocketMQ: cachedMsgMaxOffset.</summary>
    public long CachedMsgMaxOffset { get; set; }

    /// <summary>Messages that are held. RocketMQ: cachedMsgCount.</summary>
    public int CachedMsgCount { get; set; }

    /// <summary>Their bodies in whole MiB. RocketMQ: cachedMsgSizeInMiB.</summary>
    public int CachedMsgSizeInMiB { get; set; }

    /// <summary>Messages that the application has now. RocketMQ: transactionMsgCount.</summary>
    public int TransactionMsgCount { get; set; }

    /// <summary>Whether the queue is locked for the consumer.</summary>
    public bool Locked { get; set; }

    /// <summary>Whether the queue is not the consumer's any more. RocketMQ: droped.</summary>
    public bool Droped { get; set; }

    /// <summary>When it was pulled last, Unix milliseconds; 0 if not known.</summary>
    public long LastPullTimestamp { get; set; }

    /// <summary>When a message of it was done last, Unix milliseconds; 0 if not known.</summary>
    public long LastConsumeTimestamp { get; set; }
}
