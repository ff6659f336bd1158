namespace OrleansMq.Grains.Queues;

/// <summary>Where messages were stored.</summary>
/// <param name="QueueOffset">The offset of the first; the others follow it.</param>
/// <param name="PhysicalOffset">The position of the first in the broker's log.</param>
/// <param name="StoreTimestamp">When they were stored, Unix milliseconds.</param>
[GenerateSerializer, Immutable, Alias("OrleansMq.AppendReply")]
public readonly record struct AppendReply(
    [property: Id(0)] long QueueOffset, [property: Id(1)] long PhysicalOffset, [property: Id(2)] long StoreTimestamp);

/// <summary>What to read.</summary>
/// <param name="Offset">The offset to begin at.</param>
/// <param name="MaxCount">The most messages wanted, 1 or more; the broker's MaxPullMessages is the limit.</param>
/// <param name="MaxBytes">The most bytes wanted, give or take the first message; 0 for the broker's limit.</param>
/// <param name="Wait">
/// How long to wait for a message; at most 20 seconds count, less than a grain call may take.
/// </param>
/// <param name="Tags">Tags separated by "||"; null or "*" for all.</param>
/// <param name="Sql">
/// A condition on the properties in place of tags; see docs/reference/sql-filters.md. If nothing matches, the reply is
/// empty with a higher <see cref="PullReply.NextOffset"/> to go on from.
/// </param>
[GenerateSerializer, Immutable, Alias("OrleansMq.PullCommand")]
public readonly record struct PullCommand(
    [property: Id(0)] long Offset, [property: Id(1)] int MaxCount, [property: Id(2)] int MaxBytes = 0,
    [property: Id(3)] TimeSpan Wait = default, [property: Id(4)] string? Tags = null,
    [property: Id(5)] string? Sql = null);

/// <summary>What was read.</summary>
/// <param name="Records">The records as they are stored, one behind the other; see docs/formats/commit-log.md.</param>
/// <param name="Count">How many they are.</param>
/// <param name="NextOffset">Where to go on reading.</param>
/// <param name="MinOffset">The lowest offset that is still there.</param>
/// <param name="MaxOffset">The offset that the next message gets.</param>
[GenerateSerializer, Immutable, Alias("OrleansMq.PullReply")]
public readonly record struct PullReply(
    [property: Id(0)] ReadOnlyMemory<byte> Records, [property: Id(1)] int Count, [property: Id(2)] long NextOffset,
    [property: Id(3)] long MinOffset, [property: Id(4)] long MaxOffset);

/// <summary>What a queue holds.</summary>
/// <param name="Min">The lowest offset that is still there.</param>
/// <param name="Max">The offset that the next message gets.</param>
[GenerateSerializer, Immutable, Alias("OrleansMq.QueueOffsets")]
public readonly record struct QueueOffsets([property: Id(0)] long Min, [property: Id(1)] long Max);

/// <summary>What to hand out.</summary>
/// <param name="Group">The group.</param>
/// <param name="MaxCount">The most messages wanted, 1 to the broker's MaxMessages for pops.</param>
/// <param name="Invisible">For how long nobody else gets them.</param>
/// <param name="Wait">
/// How long to wait for a message; at most 20 seconds count, less than a grain call may take. A pop that has passed as
/// many messages that are not wanted as one may does not wait: pop again.
/// </param>
/// <param name="Tags">Tags separated by "||"; null or "*" for all.</param>
/// <param name="IsOrdered">Whether the messages of one message group come in their order.</param>
[GenerateSerializer, Immutable, Alias("OrleansMq.PopCommand")]
public readonly record struct PopCommand(
    [property: Id(0)] string Group, [property: Id(1)] int MaxCount, [property: Id(2)] TimeSpan Invisible,
    [property: Id(3)] TimeSpan Wait = default, [property: Id(4)] string? Tags = null,
    [property: Id(5)] bool IsOrdered = false);

/// <summary>What was handed out.</summary>
/// <param name="Records">The records, one behind the other; see docs/formats/commit-log.md.</param>
/// <param name="PoppedAt">When, Unix milliseconds: with the offset it names a delivery.</param>
/// <param name="Offsets">The offset of each record.</param>
[GenerateSerializer, Immutable, Alias("OrleansMq.PopReply")]
public readonly record struct PopReply(
    [property: Id(0)] ReadOnlyMemory<byte> Records, [property: Id(1)] long PoppedAt,
    [property: Id(2)] IReadOnlyList<long> Offsets);
