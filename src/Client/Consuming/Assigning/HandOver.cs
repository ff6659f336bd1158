using OrleansMq.Client.Consuming.Offsets;
using OrleansMq.Client.Consuming.Queues;

namespace OrleansMq.Client.Consuming.Assigning;

/// <summary>
/// Gives queues up so that others go on where this member stopped: handlers end, then the offset is committed, then
/// the lock is given back.
/// </summary>
internal sealed class HandOver(IGroupOffsets offsets, LockKeeper? locks, TimeProvider time)
{
    /// <summary>How long handlers get to end after they were told to.</summary>
    private static readonly TimeSpan CancellationGrace = TimeSpan.FromSeconds(1);

    /// <summary>Gives queues up. Never fails.</summary>
    /// <param name="queues">The queues.</param>
    /// <param name="patience">How long to wait for handlers before they are told to end.</param>
    /// <param name="cancellation">Waits no longer.</param>
    public async Task LeaveAsync(
        IReadOnlyCollection<AssignedQueue> queues, TimeSpan patience, CancellationToken cancellation)
    {
        Task drained = Task.WhenAll(queues.Select(queue => queue.LeaveAsync()));
        await drained.WaitAsync(patience, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!drained.IsCompleted)
        {
            foreach (AssignedQueue queue in queues)
                queue.CancelHandlers();
            await drained.WaitAsync(CancellationGrace, time, CancellationToken.None)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await Task.WhenAll(queues.Select(queue => queue.Pulling)).ConfigureAwait(false);
        await offsets.CommitAsync(queues, isLast: true, CancellationToken.None).ConfigureAwait(false);
        foreach (AssignedQueue queue in queues)
        {
            queue.Close();
            if (locks is not null)
                await locks.UnlockAsync(queue).ConfigureAwait(false);
        }
    }
}
