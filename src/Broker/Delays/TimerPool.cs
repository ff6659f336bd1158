namespace OrleansMq.Broker.Delays;

/// <summary>An entry by where its record stands; 16 bytes.</summary>
internal struct TimerNode
{
    /// <summary>Where its record stands.</summary>
    public long PhysicalOffset;

    /// <summary>Its place in the heap, or <see cref="TimerPool.Taken"/> or <see cref="TimerPool.Free"/>.</summary>
    public int Place;

    /// <summary>The next node with the same hash; of a free one, the next that is free.</summary>
    public int NextOfHash;
}

/// <summary>
/// Keeps the entries of a <see cref="TimerQueue"/> without an object for each, and finds them by physical offset. A
/// node never moves. The hash table grows by a bucket at a time (linear hashing, W. Litwin 1980), so that no call takes
/// long, however many entries there are.
/// </summary>
internal sealed class TimerPool
{
    /// <summary>No node.</summary>
    public const int None = -1;

    /// <summary>The place of an entry that was handed out.</summary>
    public const int Taken = -1;

    /// <summary>The place of a node that is not in use.</summary>
    public const int Free = -2;

    private const int FirstBuckets = 1_024;

    private ChunkedArray<TimerNode> _nodes = new();
    private ChunkedArray<int> _buckets = new();

    /// <summary>The highest power of two that is not above the number of buckets.</summary>
    private int _fullBuckets;
    private int _firstFree;

    public TimerPool() => Clear();

    /// <summary>How many nodes are in use.</summary>
    public int Count { get; private set; }

    /// <summary>Nodes have indexes below.</summary>
    public int Used => _nodes.Count;

    /// <summary>A node by its index.</summary>
    public ref TimerNode this[int index] => ref _nodes[index];

    /// <summary>The index of the entry of a record, or <see cref="None"/>.</summary>
    public int Find(long physicalOffset)
    {
        int index = _buckets[BucketOf(physicalOffset)];
        while (index != None && _nodes[index].PhysicalOffset != physicalOffset)
            index = _nodes[index].NextOfHash;
        return index;
    }

    /// <summary>Takes a node for the entry of a record that has none yet; its place is the caller's to set.</summary>
    public int Take(long physicalOffset)
    {
        if (Count >= _buckets.Count)
            AddBucket();
        int index = _firstFree;
        if (index == None)
            index = _nodes.Add(default);
        else
            _firstFree = _nodes[index].NextOfHash;
        ref int bucket = ref _buckets[BucketOf(physicalOffset)];
        _nodes[index] = new TimerNode { PhysicalOffset = physicalOffset, Place = Taken, NextOfHash = bucket };
        bucket = index;
        Count++;
        return index;
    }

    /// <summary>Gives a node back.</summary>
    public void Release(int index)
    {
        ref TimerNode node = ref _nodes[index];
        ref int link = ref _buckets[BucketOf(node.PhysicalOffset)];
        while (link != index)
            link = ref _nodes[link].NextOfHash;
        link = node.NextOfHash;
        node.Place = Free;
        node.NextOfHash = _firstFree;
        _firstFree = index;
        Count--;
    }

    /// <summary>Begins anew, without the memory that was used.</summary>
    public void Clear()
    {
        _nodes = new();
        _buckets = new();
        for (int bucket = 0; bucket < FirstBuckets; bucket++)
            _buckets.Add(None);
        _fullBuckets = FirstBuckets;
        _firstFree = None;
        Count = 0;
    }

    private int BucketOf(long physicalOffset)
    {
        // Fibonacci hashing: offsets are close together and share their low bits.
        uint hash = (uint)((ulong)physicalOffset * 0x9E3779B97F4A7C15 >> 32);
        int bucket = (int)(hash & (((uint)_fullBuckets * 2) - 1));
        return bucket < _buckets.Count ? bucket : bucket - _fullBuckets;
    }

    /// <summary>Adds a bucket, which takes its share of the one that stood for both so far.</summary>
    private void AddBucket()
    {
        int split = _buckets.Count - _fullBuckets;
        _buckets.Add(None);
        if (_buckets.Count == _fullBuckets * 2)
            _fullBuckets *= 2;
        int index = _buckets[split];
        _buckets[split] = None;
        while (index != None)
        {
            ref TimerNode node = ref _nodes[index];
            int next = node.NextOfHash;
            ref int bucket = ref _buckets[BucketOf(node.PhysicalOffset)];
            node.NextOfHash = bucket;
            bucket = index;
            index = next;
        }
    }
}
