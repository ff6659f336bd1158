namespace OrleansMq.Client.Reading;

/// <summary>Where reading begins in a queue.</summary>
public readonly record struct ReadPosition
{
    private ReadPosition(ReadPositionKind kind, long value = 0) => (Kind, Value) = (kind, value);

    /// <summary>The oldest message that is kept.</summary>
    public static ReadPosition Earliest => new(ReadPositionKind.Earliest);

    /// <summary>Behind the newest message: only what comes from now on.</summary>
    public static ReadPosition Latest => new(ReadPositionKind.Latest);

    /// <summary>Where the group is; the oldest message in queues where it has never been.</summary>
    public static ReadPosition Committed => new(ReadPositionKind.Committed);

    /// <summary>Where the group is; behind the newest message in queues where it has never been.</summary>
    public static ReadPosition CommittedOrLatest => new(ReadPositionKind.CommittedOrLatest);

    internal ReadPositionKind Kind { get; }

    internal long Value { get; }

    /// <summary>An offset; outside of what a queue keeps it is taken as the nearest that is not.</summary>
    public static ReadPosition AtOffset(long offset)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        return new ReadPosition(ReadPositionKind.Offset, offset);
    }

    /// <summary>The first message that was stored at a time or later.</summary>
    public static ReadPosition AtTime(DateTimeOffset time) =>
        new(ReadPositionKind.Time, time.ToUnixTimeMilliseconds());

    /// <inheritdoc/>
    public override string ToString() => Kind switch
    {
        ReadPositionKind.Offset => $"offset {Value}",
        ReadPositionKind.Time => $"{DateTimeOffset.FromUnixTimeMilliseconds(Value):O}",
        _ => Kind.ToString(),
    };
}

/// <summary>What kind of place a position is.</summary>
internal enum ReadPositionKind
{
    Earliest,
    Latest,
    Committed,
    CommittedOrLatest,
    Offset,
    Time,
}
