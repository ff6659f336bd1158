namespace OrleansMq.Protocol.Bodies;

/// <summary>A client was given a message.</summary>
public sealed class DeliveryEntry
{
    /// <summary>The client's id, or its address.</summary>
    public string Client { get; set; } = "";

    /// <summary>When its range of messages began to be given to it, Unix milliseconds.</summary>
    public long FirstTimestamp { get; set; }

    /// <summary>When it ended: the two differ when notes of the same second were joined.</summary>
    public long LastTimestamp { get; set; }
}
