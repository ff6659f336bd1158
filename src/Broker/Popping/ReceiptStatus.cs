namespace OrleansMq.Broker.Popping;

/// <summary>What a receipt is worth: the proof of a delivery that a consumer brings back.</summary>
public enum ReceiptStatus
{
    /// <summary>It is that of the last delivery.</summary>
    Current,

    /// <summary>It is that of an earlier delivery; the message was handed out again, and is not finished.</summary>
    Earlier,

    /// <summary>The message is finished.</summary>
    Finished,

    /// <summary>The group's offset was set by an operator since.</summary>
    BeforeReset,

    /// <summary>There was no such delivery.</summary>
    Unknown,
}
