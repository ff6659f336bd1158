using OrleansMq.Storage.Files;

namespace OrleansMq.Storage.ConsumeQueues;

/// <summary>
/// One file of a consume queue, mapped while it is used. Every access is between <see cref="TryAcquire"/> and
/// <see cref="Release"/>; in between the mapping stays.
/// </summary>
internal sealed class QueueSegment(
    IStoreFileSystem files, MappingBudget budget, string path, long firstOffset, int entries)
{
    private const int MinAllocationBytes = 4096;
    private const int MaxAllocationBytes = 1024 * 1024;

    private readonly Lock _mapLock = new();
    private IStoreFile? _file;
    private int _references;
    private int _allocatedBytes = -1;
    private volatile bool _isHot;
    private volatile bool _isClosed;

    /// <summary>The queue offset of the file's first entry.</summary>
    public long FirstOffset { get; } = firstOffset;

    public long EndOffset { get; } = firstOffset + entries;

    public string Path { get; } = path;

    /// <summary>
    /// Whether entries were written since the last checkpoint; see <see cref="ConsumeQueueTable.MarkDirty"/>.
    /// </summary>
    public bool IsDirty { get; set; }

    public int LengthBytes => (int)(EndOffset - FirstOffset) * ConsumeQueueEntry.EntryBytes;

    /// <summary>Maps the file until <see cref="Release"/>; false once it is closed.</summary>
    public bool TryAcquire(out Span<byte> bytes)
    {
        _isHot = true;
        while (true)
        {
            int references = Volatile.Read(ref _references);
            if (references == 0 && !TryMap())
            {
                bytes = default;
                return false;
            }

            if (references > 0
                && Interlocked.CompareExchange(ref _references, references + 1, references) == references)
            {
                bytes = _file!.Memory.Span;
                return true;
            }
        }
    }

    /// <summary>Lets the mapping go.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _references) == 1 && _isClosed)
            Close();
    }

    /// <summary>Reserves disk blocks so that the entry at <paramref name="atByte"/> can be written.</summary>
    /// <remarks>Blocks come in pieces that grow with the queue: most queues of many stay small.</remarks>
    public void Reserve(int atByte)
    {
        int needed = atByte + ConsumeQueueEntry.EntryBytes;
        if (needed <= _allocatedBytes)
            return;

        int piece = Math.Clamp(atByte, MinAllocationBytes, MaxAllocationBytes);
        int from = atByte & ~(MinAllocationBytes - 1);
        int length = Math.Min(Math.Max(piece, needed - from), LengthBytes - from);
        try
        {
            _file!.Allocate(from, length);
        }
        catch (StoreIOException cause) when (cause.IsDiskFull && length > needed - from)
        {
            length = needed - from;
            _file!.Allocate(from, length);
        }

        _allocatedBytes = from + length;
    }

    /// <summary>Unmaps the file unless it was used since the last call or is being used now.</summary>
    public bool TryUnmapIfCold()
    {
        if (_isHot)
        {
            _isHot = false;
            return false;
        }

        return TryUnmap();
    }

    /// <summary>
    /// Unmaps the file for good, before it is deleted or when the store closes; whoever reads it finishes first. A late
    /// reader must not map it again: that would bring a deleted file back.
    /// </summary>
    public void Close()
    {
        _isClosed = true;
        if (TryUnmap())
            budget.Remove(this);
    }

    private bool TryUnmap()
    {
        lock (_mapLock)
        {
            if (Interlocked.CompareExchange(ref _references, 0, 1) != 1)
                return false;

            _file!.Dispose();
            _file = null;
            return true;
        }
    }

    private bool TryMap()
    {
        lock (_mapLock)
        {
            if (_isClosed)
                return false;
            if (Volatile.Read(ref _references) != 0)
                return true;

            _file = files.Map(Path, LengthBytes, preallocate: false);
            Volatile.Write(ref _references, 1);
        }

        budget.Add(this);
        if (_isClosed)
            budget.Remove(this);
        return true;
    }
}
