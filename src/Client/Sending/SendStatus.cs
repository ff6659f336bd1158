namespace OrleansMq.Client.Sending;

/// <summary>How safe a stored message is. With each of them it is stored, and consumers get it.</summary>
public enum SendStatus
{
    /// <summary>As safe as the broker promises.</summary>
    Ok,

    /// <summary>The disk did not confirm in time.</summary>
    FlushDiskTimeout,

    /// <summary>The replicas did not confirm in time. RocketMQ: FLUSH_SLAVE_TIMEOUT.</summary>
    ReplicationTimeout,

    /// <summary>There was no replica. RocketMQ: SLAVE_NOT_AVAILABLE.</summary>
    ReplicaNotAvailable,
}
