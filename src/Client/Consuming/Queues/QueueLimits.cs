namespace OrleansMq.Client.Consuming.Queues;

/// <summary>How much of a queue may be held; it is pulled again once a quarter of that is free.</summary>
internal sealed class QueueLimits(ConsumerOptions options)
{
    /// <summary>Whether a pull may be made at all.</summary>
    public bool HasRoom(int messages, long bytes, int span) =>
        messages < options.MaxQueueMessages && bytes < options.MaxQueueBytes && span < options.MaxQueueSpan;

    /// <summary>Whether it is worth a pull.</summary>
    public bool HasMuchRoom(int messages, long bytes, int span) =>
        messages <= options.MaxQueueMessages / 4 * 3 && bytes <= options.MaxQueueBytes / 4 * 3
        && span <= options.MaxQueueSpan / 4 * 3;

    /// <summary>The most messages that a pull may bring.</summary>
    public int RoomOf(int messages, int span) => Math.Min(
        options.PullMessages, Math.Min(options.MaxQueueMessages - messages, options.MaxQueueSpan - span));
}
