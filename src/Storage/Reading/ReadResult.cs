namespace OrleansMq.Storage.Reading;

/// <summary>What reading a queue from an offset found.</summary>
public enum ReadStatus
{
    /// <summary>Messages were written to the output.</summary>
    Found,

    /// <summary>None of the messages looked at matched the filter; go on at the next offset at once.</summary>
    NoMatch,

    /// <summary>The offset is the end of the queue: wait for a message.</summary>
    AtEnd,

    /// <summary>The queue has no messages and the offset is not its end.</summary>
    Empty,

    /// <summary>The messages at the offset are no longer kept.</summary>
    BelowMin,

    /// <summary>The offset lies behind the end of the queue.</summary>
    AboveMax,
}

/// <summary>What reading a queue from an offset found.</summary>
/// <param name="Status">The outcome.</param>
/// <param name="NextOffset">Where to go on.</param>
/// <param name="MinOffset">The first message still kept.</param>
/// <param name="MaxOffset">One past the last message.</param>
/// <param name="Count">Messages written to the output.</param>
public readonly record struct ReadResult(ReadStatus Status, long NextOffset, long MinOffset, long MaxOffset, int Count);
