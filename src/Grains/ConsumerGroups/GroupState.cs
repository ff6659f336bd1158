using OrleansMq.Broker.Clustering;
using OrleansMq.Broker.ConsumerGroups;

namespace OrleansMq.Grains.ConsumerGroups;

/// <summary>What a group grain stores.</summary>
internal sealed record GroupState
{
    /// <summary>The settings; null before anybody asked for the group.</summary>
    public GroupEntry? Entry { get; init; }

    /// <summary>Members and locks; null while there never was a member.</summary>
    public GroupSnapshot? Members { get; init; }

    /// <summary>The committed offsets by broker.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<QueueProgress>> Offsets { get; init; } =
        new Dictionary<string, IReadOnlyList<QueueProgress>>();
}
