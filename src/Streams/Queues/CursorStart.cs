namespace OrleansMq.Streams.Queues;

/// <summary>Where a cursor begins.</summary>
/// <param name="Offset">The offset of the first message that is looked at.</param>
/// <param name="Index">The first event wanted of it, if it is a batch.</param>
/// <param name="IsDrained">Whether it begins at the end of what was read.</param>
/// <param name="IsAtEvent">
/// Whether the first message may have been processed: it is packed alone, so that the agent can pass over it.
/// </param>
/// <param name="Before">The cursor that this one takes the place of.</param>
internal readonly record struct CursorStart(
    long Offset, int Index = 0, bool IsDrained = false, bool IsAtEvent = false, StreamCursor? Before = null);
