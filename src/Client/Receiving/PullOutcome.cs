namespace OrleansMq.Client.Receiving;

/// <summary>What a pull found.</summary>
public enum PullStatus
{
    /// <summary>There are messages.</summary>
    Found,

    /// <summary>There is no message at the offset yet.</summary>
    NoNewMessage,

    /// <summary>There are messages, but none that is wanted: go on at the next offset.</summary>
    NoMatchingMessage,

    /// <summary>The offset is outside the queue: go on at the next offset.</summary>
    OffsetMoved,
}

/// <summary>The outcome of a pull.</summary>
/// <param name="Status">What it found.</param>
/// <param name="NextOffset">Where to go on.</param>
/// <param name="MinOffset">The oldest offset that the queue keeps.</param>
/// <param name="MaxOffset">The offset behind the newest message.</param>
/// <param name="Messages">The messages, in the order of the queue.</param>
public sealed record PullOutcome(
    PullStatus Status, long NextOffset, long MinOffset, long MaxOffset, IReadOnlyList<ReceivedMessage> Messages);
