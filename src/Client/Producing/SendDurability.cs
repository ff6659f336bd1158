namespace OrleansMq.Client.Producing;

/// <summary>What a stored message survives from the moment on at which its send was answered.</summary>
public enum SendDurability
{
    /// <summary>The broker does not say.</summary>
    Unknown,

    /// <summary>
    /// The end of the broker's process. On the disk it is within the broker's flush window. RocketMQ: ASYNC_FLUSH.
    /// </summary>
    Process,

    /// <summary>A power cut: it is on the disk. RocketMQ: SYNC_FLUSH.</summary>
    Disk,
}
