namespace OrleansMq.Client.Consuming.Queues;

/// <summary>What the next pull of a queue asks for.</summary>
/// <param name="Epoch">The epoch of the queue.</param>
/// <param name="Offset">Where to read.</param>
/// <param name="MaxMessages">The most messages.</param>
/// <param name="CommitOffset">What to commit by the way; null for nothing.</param>
/// <param name="Cancellation">Set when the position is set, or the queue is pulled no more.</param>
internal readonly record struct PullPlan(
    int Epoch, long Offset, int MaxMessages, long? CommitOffset, CancellationToken Cancellation);
