namespace OrleansMq.Broker.Delays;

/// <summary>An entry and its links; 32 bytes.</summary>
internal struct TimerNode
{
    /// <summary>When the entry is due.</summary>
    public long DueMilliseconds;

    /// <summary>Where its record stands.</summary>
    public long PhysicalOffset;

    /// <summary>The size of its record.</summary>
    public int Size;

    /// <summary>The next entry of its slot, or of the free list.</summary>
    public int Next;

    /// <summary>The previous entry of its slot.</summary>
    public int Previous;

    /// <summary>The next entry with the same hash; <see cref="TimerPool.Free"/> when the node is not in use.</summary>
    public int NextOfHash;

    /// <summary>The entry without its links.</summary>
    public readonly TimerEntry ToEntry() => new(DueMilliseconds, PhysicalOffset, Size);
}

/// <summary>Keeps timer entries in chunks, without an object for each, and finds them by physical offset.</summary>
internal sealed class TimerPool
{
    /// <summary>No node.</summary>
    public const int None = -1;

    /// <summary>Marks a node that is not in use.</summary>
    public const int Free = -2;

    private const int ChunkBits = 14;
    private const int ChunkSize = 1 << ChunkBits;

    private readonly List<TimerNode[]> _chunks = [];
    private int[] _buckets = NewBuckets(1_024);
    private int _firstFree = None;
    private int _used;

    /// <summary>How many nodes are in use.</summary>
    public int Count { get; private set; }

    /// <summary>A node by its index.</summary>
    public ref TimerNode this[int index] => ref _chunks[index >> ChunkBits][index & (ChunkSize - 1)];

    /// <summary>The index of the entry of a record, or <see cref="None"/>.</summary>
    public int Find(long physicalOffset)
    {
        int index = _buckets[BucketOf(physicalOffset)];
        while (index != None && this[index].PhysicalOffset != physicalOffset)
            index = this[index].NextOfHash;
        return index;
    }

    /// <summary>Takes a node for an entry that is not there yet; its links in a slot are the caller's to set.</summary>
    public int Take(in TimerEntry entry)
    {
        if (Count >= _buckets.Length)
            Rehash(_buckets.Length * 2);
        int index = TakeIndex();
        ref int bucket = ref _buckets[BucketOf(entry.PhysicalOffset)];
        this[index] = new TimerNode
        {
            DueMilliseconds = entry.DueMilliseconds,
            PhysicalOffset = entry.PhysicalOffset,
            Size = entry.Size,
            NextOfHash = bucket,
        };
        bucket = index;
        Count++;
        return index;
    }

    /// <summary>Gives a node back.</summary>
    public void Release(int index)
    {
        ref TimerNode node = ref this[index];
        ref int link = ref _buckets[BucketOf(node.PhysicalOffset)];
        while (link != index)
            link = ref this[link].NextOfHash;
        link = node.NextOfHash;
        node.NextOfHash = Free;
        node.Next = _firstFree;
        _firstFree = index;
        Count--;
    }

    /// <summary>Walks the entries in no order.</summary>
    public IEnumerable<TimerEntry> Entries()
    {
        for (int index = 0; index < _used; index++)
        {
            if (this[index].NextOfHash != Free)
                yield return this[index].ToEntry();
        }
    }

    private static int[] NewBuckets(int count)
    {
        var buckets = new int[count];
        Array.Fill(buckets, None);
        return buckets;
    }

    private int TakeIndex()
    {
        if (_firstFree != None)
        {
            int index = _firstFree;
            _firstFree = this[index].Next;
            return index;
        }

        if (_used >> ChunkBits == _chunks.Count)
            _chunks.Add(new TimerNode[ChunkSize]);
        return _used++;
    }

    private int BucketOf(long physicalOffset)
    {
        // Fibonacci hashing: offsets are close together and share their low bits.
        ulong hash = (ulong)physicalOffset * 0x9E3779B97F4A7C15;
        return (int)(hash >> 32) & (_buckets.Length - 1);
    }

    private void Rehash(int count)
    {
        _buckets = NewBuckets(count);
        for (int index = 0; index < _used; index++)
        {
            ref TimerNode node = ref this[index];
            if (node.NextOfHash == Free)
                continue;

            ref int bucket = ref _buckets[BucketOf(node.PhysicalOffset)];
            node.NextOfHash = bucket;
            bucket = index;
        }
    }
}
