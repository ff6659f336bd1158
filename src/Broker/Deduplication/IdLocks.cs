using System.Numerics;

namespace OrleansMq.Broker.Deduplication;

/// <summary>
/// Locks for ids, of which several share one; many at a time are taken in one order. Each knows from where on its
/// holder may append.
/// </summary>
internal sealed class IdLocks
{
    private const int Count = 64;

    private readonly Lock[] _locks = [.. Enumerable.Range(0, Count).Select(_ => new Lock())];
    private readonly long[] _pendingFrom = [.. Enumerable.Repeat(long.MaxValue, Count)];

    /// <summary>
    /// No holder of a lock has appended below this position of the log; <see cref="long.MaxValue"/> without a holder.
    /// </summary>
    public long PendingFrom
    {
        get
        {
            long lowest = long.MaxValue;
            for (int index = 0; index < Count; index++)
                lowest = Math.Min(lowest, Volatile.Read(ref _pendingFrom[index]));
            return lowest;
        }
    }

    /// <summary>Takes the lock of an id; says which, for <see cref="Exit"/>.</summary>
    public ulong Enter(UInt128 id, long appendedUntil) => Enter(1UL << IndexOf(id), appendedUntil);

    /// <summary>Takes the locks of all ids of a batch.</summary>
    public ulong Enter(BatchIds ids, long appendedUntil)
    {
        ulong needed = 0;
        for (int index = 0; index < ids.Count; index++)
        {
            if (ids[index] is { } id)
                needed |= 1UL << IndexOf(id);
        }

        return Enter(needed, appendedUntil);
    }

    /// <summary>Gives the locks back.</summary>
    public void Exit(ulong entered)
    {
        for (ulong rest = entered; rest != 0; rest &= rest - 1)
        {
            int index = BitOperations.TrailingZeroCount(rest);
            Volatile.Write(ref _pendingFrom[index], long.MaxValue);
            _locks[index].Exit();
        }
    }

    private ulong Enter(ulong needed, long appendedUntil)
    {
        for (ulong rest = needed; rest != 0; rest &= rest - 1)
        {
            int index = BitOperations.TrailingZeroCount(rest);
            _locks[index].Enter();
            Volatile.Write(ref _pendingFrom[index], appendedUntil);
        }

        return needed;
    }

    private static int IndexOf(UInt128 id) => (int)((ulong)id % Count);
}
