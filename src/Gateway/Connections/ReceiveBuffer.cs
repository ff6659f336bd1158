using System.Buffers;
using System.Buffers.Binary;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Gateway.Connections;

/// <summary>
/// The bytes that a connection has received and not handed over: usually none, then no array is held. Grows only as
/// bytes really arrive. Not thread-safe.
/// </summary>
internal sealed class ReceiveBuffer(ReceiveBudget budget)
{
    /// <summary>Larger arrays are made to measure, so that a frame of 16 MiB leaves none of 32 in the pool.</summary>
    private const int MaxPooledBytes = 1024 * 1024;

    /// <summary>The least by which a full array grows.</summary>
    private const int MinStepBytes = 16 * 1024;

    private readonly ReceiveBudget _budget = budget;
    private byte[] _array = [];
    private int _start;
    private int _end;

    /// <summary>How many bytes are held.</summary>
    public int Length => _end - _start;

    /// <summary>The bytes held; valid until the next change.</summary>
    public ReadOnlyMemory<byte> Bytes => _array.AsMemory(_start, Length);

    /// <summary>
    /// Room behind the bytes held for more of the frame that they begin. A full array is doubled, however long the
    /// frame claims to be. Empty when the budget of all connections is used up.
    /// </summary>
    public Memory<byte> GetRoomForFrame()
    {
        if (_end < _array.Length)
            return _array.AsMemory(_end);

        int length = Length;
        int step = Math.Max(MinStepBytes, length);
        if (length >= FrameReader.PrefixBytes)
        {
            long missing = BinaryPrimitives.ReadUInt32BigEndian(_array.AsSpan(_start)) +
                (long)FrameReader.PrefixBytes - length;
            step = (int)Math.Clamp(missing, 1, step);
        }

        return MakeRoom(step) ? _array.AsMemory(_end) : default;
    }

    /// <summary>Counts bytes that were received into the room.</summary>
    public void Advance(int count) => _end += count;

    /// <summary>Adds a copy of <paramref name="bytes"/>; false when the budget of all connections is used up.</summary>
    public bool TryAppend(ReadOnlySpan<byte> bytes)
    {
        if (_array.Length - _end < bytes.Length && !MakeRoom(bytes.Length))
            return false;
        bytes.CopyTo(_array.AsSpan(_end));
        _end += bytes.Length;
        return true;
    }

    /// <summary>Takes bytes away from the beginning; an empty buffer holds no array.</summary>
    public void Consume(int count)
    {
        _start += count;
        if (_start == _end)
            Clear();
    }

    /// <summary>Moves all bytes to the beginning of <paramref name="destination"/>.</summary>
    /// <returns>How many they were.</returns>
    public int MoveTo(Span<byte> destination)
    {
        int length = Length;
        _array.AsSpan(_start, length).CopyTo(destination);
        Clear();
        return length;
    }

    /// <summary>Gives the array back; the buffer is empty then and can still be used.</summary>
    public void Clear()
    {
        _start = _end = 0;
        Exchange([]);
    }

    private bool MakeRoom(int least)
    {
        int length = Length;
        int needed = length + least;
        if (needed <= _array.Length)
        {
            _array.AsSpan(_start, length).CopyTo(_array);
        }
        else
        {
            byte[] larger = needed <= MaxPooledBytes
                ? ArrayPool<byte>.Shared.Rent(needed)
                : GC.AllocateUninitializedArray<byte>(needed);
            if (!_budget.TryTake(larger.Length))
            {
                Return(larger);
                return false;
            }

            _array.AsSpan(_start, length).CopyTo(larger);
            Exchange(larger);
        }

        _start = 0;
        _end = length;
        return true;
    }

    private void Exchange(byte[] array)
    {
        _budget.GiveBack(_array.Length);
        Return(_array);
        _array = array;
    }

    private static void Return(byte[] array)
    {
        if (array.Length is > 0 and <= MaxPooledBytes)
            ArrayPool<byte>.Shared.Return(array);
    }
}
