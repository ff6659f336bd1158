using OrleansMq.Broker.Metadata;

namespace OrleansMq.Broker.Offsets;

/// <summary>A committed offset.</summary>
/// <param name="Group">The consumer group.</param>
/// <param name="Topic">The topic.</param>
/// <param name="QueueId">The queue, 0 and up.</param>
/// <param name="Offset">The offset of the next message to consume, 0 and up.</param>
public readonly record struct CommittedOffset(string Group, string Topic, int QueueId, long Offset);

/// <summary>What is remembered of the resets of a group's queue.</summary>
/// <param name="Group">The consumer group.</param>
/// <param name="Reset">The queue and its resets.</param>
public readonly record struct GroupReset(string Group, QueueReset Reset);

/// <summary>The committed offsets of all groups of a broker and the version of their table.</summary>
/// <param name="Offsets">The offsets; those of one topic and group stand together.</param>
/// <param name="Version">The version.</param>
public sealed record OffsetTable(IReadOnlyList<CommittedOffset> Offsets, DataVersion Version)
{
    /// <summary>The queues that were reset; those of one topic and group stand together.</summary>
    public IReadOnlyList<GroupReset> Resets { get; init; } = [];
}
