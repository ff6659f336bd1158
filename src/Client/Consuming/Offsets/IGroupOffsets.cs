using OrleansMq.Client.Consuming.Queues;

namespace OrleansMq.Client.Consuming.Offsets;

/// <summary>Where the place of a group, or of a broadcasting member, is kept.</summary>
internal interface IGroupOffsets
{
    /// <summary>Where to go on in a queue; null if nothing of it was consumed.</summary>
    ValueTask<long?> ReadAsync(AssignedQueue queue, CancellationToken cancellation);

    /// <summary>Commits how far queues are; what cannot be committed now stays to be.</summary>
    /// <param name="queues">The queues.</param>
    /// <param name="isLast">Whether they are given up: then also what seems to be committed already.</param>
    /// <param name="cancellation">Gives up.</param>
    Task CommitAsync(IEnumerable<AssignedQueue> queues, bool isLast, CancellationToken cancellation);
}
