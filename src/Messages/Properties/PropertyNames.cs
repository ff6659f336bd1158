namespace OrleansMq.Messages.Properties;

/// <summary>Names of the message properties that the broker reads or writes, as they stand in a record.</summary>
public static class PropertyNames
{
    /// <summary>Space-separated keys by which the message can be looked up.</summary>
    public static ReadOnlySpan<byte> Keys => "KEYS"u8;

    /// <summary>The message's tag.</summary>
    public static ReadOnlySpan<byte> Tags => "TAGS"u8;

    /// <summary>"false" lets the send return without waiting for the flush.</summary>
    public static ReadOnlySpan<byte> Wait => "WAIT"u8;

    /// <summary>The delay level, 1-based.</summary>
    public static ReadOnlySpan<byte> DelayLevel => "DELAY"u8;

    /// <summary>The topic a retried message was first consumed from.</summary>
    public static ReadOnlySpan<byte> RetryTopic => "RETRY_TOPIC"u8;

    /// <summary>The topic a parked message (delayed, half) is for.</summary>
    public static ReadOnlySpan<byte> RealTopic => "REAL_TOPIC"u8;

    /// <summary>The queue a parked message is for.</summary>
    public static ReadOnlySpan<byte> RealQueueId => "REAL_QID"u8;

    /// <summary>The identifier of the message a retry copy descends from.</summary>
    public static ReadOnlySpan<byte> OriginMessageId => "ORIGIN_MESSAGE_ID"u8;

    /// <summary>How often a message sent back by its consumer was consumed before.</summary>
    public static ReadOnlySpan<byte> ReconsumeTime => "RECONSUME_TIME"u8;

    /// <summary>The group's limit of tries, set by a consumer that sends a message back by itself.</summary>
    public static ReadOnlySpan<byte> MaxReconsumeTimes => "MAX_RECONSUME_TIMES"u8;

    /// <summary>The identifier that the producer gave.</summary>
    public static ReadOnlySpan<byte> UniqueKey => "UNIQ_KEY"u8;

    /// <summary>Deliver this many seconds after the message was stored.</summary>
    public static ReadOnlySpan<byte> TimerDelaySeconds => "TIMER_DELAY_SEC"u8;

    /// <summary>Deliver this many milliseconds after the message was stored.</summary>
    public static ReadOnlySpan<byte> TimerDelayMilliseconds => "TIMER_DELAY_MS"u8;

    /// <summary>Deliver at this Unix time in milliseconds.</summary>
    public static ReadOnlySpan<byte> TimerDeliverMilliseconds => "TIMER_DELIVER_MS"u8;

    /// <summary>When a parked message is due, Unix milliseconds; written by the broker.</summary>
    public static ReadOnlySpan<byte> TimerOutMilliseconds => "TIMER_OUT_MS"u8;

    /// <summary>
    /// Where the parked record stands that a delivered message was made from; written by the broker, which finds by it
    /// after a crash what was delivered already.
    /// </summary>
    public static ReadOnlySpan<byte> TimerFrom => "TIMER_FROM"u8;

    /// <summary>
    /// Where the message was parked first that is parked anew, or called back, with this record; written by the
    /// broker.
    /// </summary>
    public static ReadOnlySpan<byte> TimerFirst => "TIMER_FIRST"u8;

    /// <summary>"true" on a half message.</summary>
    public static ReadOnlySpan<byte> TransactionPrepared => "TRAN_MSG"u8;

    /// <summary>The producer group of a half message, whose members can tell what became of it.</summary>
    public static ReadOnlySpan<byte> ProducerGroup => "PGROUP"u8;

    /// <summary>How long a half message is not asked about, in seconds after it was stored.</summary>
    public static ReadOnlySpan<byte> CheckImmunitySeconds => "CHECK_IMMUNITY_TIME_IN_SECONDS"u8;

    /// <summary>The virtual actor of the application that can tell what became of a half message.</summary>
    public static ReadOnlySpan<byte> TransactionChecker => "TRAN_CHECKER"u8;

    /// <summary>How often a half message was asked about; written by the broker.</summary>
    public static ReadOnlySpan<byte> TransactionCheckTimes => "TRANSACTION_CHECK_TIMES"u8;

    /// <summary>
    /// Where the half message stands that a record settles, or says something about; written by the broker, which
    /// finds by it after a crash what is still undecided.
    /// </summary>
    public static ReadOnlySpan<byte> TransactionFrom => "TRAN_FROM"u8;

    /// <summary>What a record of the transaction topics says about its half message; written by the broker.</summary>
    public static ReadOnlySpan<byte> TransactionOperation => "TRAN_OP"u8;

    /// <summary>The message group within which messages are consumed in their order.</summary>
    public static ReadOnlySpan<byte> ShardingKey => "__SHARDINGKEY"u8;

    /// <summary>
    /// Which popped message a dead letter ends: its queue, offset and topic, separated by spaces; written by the
    /// broker, which finds by it after a crash what is still not finished.
    /// </summary>
    public static ReadOnlySpan<byte> PopFrom => "POP_FROM"u8;

    /// <summary>The whole-record checksum, always the last property.</summary>
    public static ReadOnlySpan<byte> RecordChecksum => "__CRC32#"u8;

    /// <summary>The topic a dead-lettered message came from.</summary>
    public static ReadOnlySpan<byte> DeadLetterOriginTopic => "DLQ_ORIGIN_TOPIC"u8;

    /// <summary>The identifier of the message that became a dead letter.</summary>
    public static ReadOnlySpan<byte> DeadLetterOriginMessageId => "DLQ_ORIGIN_MESSAGE_ID"u8;

    /// <summary>What a message is, where that must be said: <c>reply</c> for the reply to a request.</summary>
    public static ReadOnlySpan<byte> MessageType => "MSG_TYPE"u8;

    /// <summary>Ties a reply to its request; chosen by the requester.</summary>
    public static ReadOnlySpan<byte> CorrelationId => "CORRELATION_ID"u8;

    /// <summary>The client id of the producer that waits for a reply.</summary>
    public static ReadOnlySpan<byte> ReplyToClient => "REPLY_TO_CLIENT"u8;

    /// <summary>
    /// The cluster that took a request, by which whoever replies finds the topic to reply to. Written by the broker.
    /// </summary>
    public static ReadOnlySpan<byte> Cluster => "CLUSTER"u8;

    /// <summary>When a reply was passed on to the requester, Unix milliseconds. Written by the broker.</summary>
    public static ReadOnlySpan<byte> PushReplyTime => "PUSH_REPLY_TIME"u8;

    /// <summary>Why a message became a dead letter; written by the broker.</summary>
    public static ReadOnlySpan<byte> DeadLetterReason => "DLQ_REASON"u8;

    /// <summary>How often a dead letter was handed to its group; written by the broker.</summary>
    public static ReadOnlySpan<byte> DeadLetterAttempts => "DLQ_ATTEMPTS"u8;

    /// <summary>The client that had a dead letter last, or its address; written by the broker.</summary>
    public static ReadOnlySpan<byte> DeadLetterConsumer => "DLQ_CONSUMER"u8;

    /// <summary>What went wrong with a dead letter the last time, in words; written by the broker.</summary>
    public static ReadOnlySpan<byte> DeadLetterError => "DLQ_ERROR"u8;

    /// <summary>
    /// Where the dead letter stands that a message was made from; written by the broker, which finds by it after a
    /// crash which dead letters were sent again.
    /// </summary>
    public static ReadOnlySpan<byte> DeadLetterFrom => "DLQ_FROM"u8;
}
