using OrleansMq.Bench.Macro.Frames;

namespace OrleansMq.Bench.Macro.Loads;

/// <summary>How far one connection has read its queues; checks that each offset comes once and in order.</summary>
internal sealed class QueueReading : IDisposable
{
    private readonly int[] _offsetPlaces;
    private readonly long[] _nextOffsets;

    /// <summary>Encodes a pull for each queue, from offset 0 on.</summary>
    public QueueReading(PullShape shape, int[] queues)
    {
        Queues = queues;
        Frames = shape.Encode(queues);
        _offsetPlaces = [.. Enumerable.Range(0, queues.Length).Select(slot => PullShape.FindOffset(Frames[slot]))];
        _nextOffsets = new long[queues.Length];
    }

    /// <summary>The queue of each slot.</summary>
    public int[] Queues { get; }

    /// <summary>The pull of each slot.</summary>
    public FrameSet Frames { get; }

    /// <summary>The offset that the slot's next pull reads from.</summary>
    public long NextOffset(int slot) => _nextOffsets[slot];

    /// <summary>Notes a record.</summary>
    /// <exception cref="InvalidDataException">It is not the one that had to come.</exception>
    public void Take(int slot, long queueOffset)
    {
        if (queueOffset != _nextOffsets[slot])
            throw new InvalidDataException(
                $"Queue {Queues[slot]} delivered offset {queueOffset} where {_nextOffsets[slot]} had to come.");
        _nextOffsets[slot]++;
    }

    /// <summary>Writes the offset into the slot's pull.</summary>
    public void Stamp(int slot) => PullShape.StampOffset(Frames[slot], _offsetPlaces[slot], _nextOffsets[slot]);

    /// <summary>Begins anew.</summary>
    public void Rewind()
    {
        Array.Clear(_nextOffsets);
        for (int slot = 0; slot < Queues.Length; slot++)
            Stamp(slot);
    }

    public void Dispose() => Frames.Dispose();
}
