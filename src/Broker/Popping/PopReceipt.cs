namespace OrleansMq.Broker.Popping;

/// <summary>By which a consumer names a delivery.</summary>
/// <param name="Offset">The message's place in its queue.</param>
/// <param name="PoppedAt">When it was handed out, Unix milliseconds. RocketMQ: the pop time of a handle.</param>
public readonly record struct PopReceipt(long Offset, long PoppedAt);
