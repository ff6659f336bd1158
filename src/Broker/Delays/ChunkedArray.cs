namespace OrleansMq.Broker.Delays;

/// <summary>
/// An array that grows by chunks: nothing is copied as it grows, so that adding never takes long, and no more than a
/// chunk is unused.
/// </summary>
internal sealed class ChunkedArray<T>
    where T : unmanaged
{
    private const int ChunkBits = 14;
    private const int ChunkLength = 1 << ChunkBits;

    private T[][] _chunks = new T[16][];
    private int _chunkCount;

    /// <summary>How many elements there are.</summary>
    public int Count { get; private set; }

    public ref T this[int index] => ref _chunks[index >> ChunkBits][index & (ChunkLength - 1)];

    /// <summary>Adds an element; its index.</summary>
    public int Add(T element)
    {
        if (Count == _chunkCount << ChunkBits)
            AddChunk();
        int index = Count++;
        this[index] = element;
        return index;
    }

    /// <summary>Takes the last element away. A chunk that is not needed soon is given back.</summary>
    public void RemoveLast()
    {
        Count--;
        if (_chunkCount > 2 && Count < (_chunkCount - 2) << ChunkBits)
            _chunks[--_chunkCount] = null!;
    }

    private void AddChunk()
    {
        if (_chunkCount == _chunks.Length)
            Array.Resize(ref _chunks, _chunkCount * 2);
        _chunks[_chunkCount++] = GC.AllocateUninitializedArray<T>(ChunkLength);
    }
}
