using OrleansMq.Broker.Metadata;

namespace OrleansMq.Broker.Offsets;

/// <summary>A committed offset.</summary>
/// <param name="Group">The consumer group.</param>
/// <param name="Topic">The topic.</param>
/// <param name="QueueId">The queue, 0 and up.</param>
/// <param name="Offset">The offset of the next message to consume, 0 and up.</param>
public readonly record struct CommittedOffset(string Group, string Topic, int QueueId, long Offset);

/// <summary>The committed offsets of all groups of a broker and the version of their table.</summary>
/// <param name="Offsets">The offsets; those of one topic and group stand together.</param>
/// <param name="Version">The version.</param>
public sealed record OffsetTable(IReadOnlyList<CommittedOffset> Offsets, DataVersion Version);
