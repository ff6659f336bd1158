namespace OrleansMq.Broker.Popping;

/// <summary>A message of a queue that a group has not finished.</summary>
/// <param name="Offset">Its place in the queue.</param>
/// <param name="MessageGroup">Which message group it belongs to, as a hash; 0 without one.</param>
/// <param name="Attempt">How often it was handed out; 0 when it was passed over so far.</param>
/// <param name="PoppedAt">When it was handed out last, Unix milliseconds: the receipt of that delivery.</param>
/// <param name="VisibleAt">From when on it may be handed out again, Unix milliseconds.</param>
public readonly record struct PopEntry(long Offset, uint MessageGroup, int Attempt, long PoppedAt, long VisibleAt)
{
    /// <summary>Whether somebody has it, or had it and let its time pass.</summary>
    public bool IsHandedOut => Attempt > 0;

    /// <summary>
    /// Whether it may be handed out. Never twice in one millisecond, so that the time tells deliveries apart.
    /// </summary>
    public bool IsVisible(long nowMilliseconds) => VisibleAt <= nowMilliseconds && PoppedAt < nowMilliseconds;
}
