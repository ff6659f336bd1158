namespace OrleansMq.Broker.Popping;

/// <summary>What one pop changes in a queue.</summary>
/// <param name="Cursor">The next offset to look at; what lies below and is not named is done.</param>
/// <param name="PoppedAt">When the messages are handed out, Unix milliseconds.</param>
/// <param name="VisibleAt">From when on they may be handed out again, Unix milliseconds.</param>
/// <param name="Entries">What is handed out (attempt 1 and up) and passed over (attempt 0), by offset.</param>
public sealed record PopBatch(long Cursor, long PoppedAt, long VisibleAt, IReadOnlyList<PopEntry> Entries);
