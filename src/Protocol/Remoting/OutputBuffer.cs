using System.Buffers;

namespace OrleansMq.Protocol.Remoting;

/// <summary>
/// Bytes on their way to a socket: written at the end, patched in between, consumed at the beginning. One array from
/// the shared pool, which grows as needed; when all is consumed, a grown array is exchanged for a small one, so that an
/// idle connection holds little. Positions count from the first byte not yet consumed. Not thread-safe.
/// </summary>
public sealed class OutputBuffer : IBufferWriter<byte>, IDisposable
{
    /// <summary>The bytes that an empty buffer keeps unless told otherwise.</summary>
    public const int DefaultIdleBytes = 4096;

    private readonly int _idleBytes;
    private byte[] _array;
    private int _start;
    private int _end;

    /// <summary>Makes an empty buffer.</summary>
    /// <param name="idleBytes">The size of the first array, and of the one that an empty buffer goes back to.</param>
    public OutputBuffer(int idleBytes = DefaultIdleBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(idleBytes);
        _array = ArrayPool<byte>.Shared.Rent(idleBytes);
        _idleBytes = _array.Length;
    }

    /// <summary>How many bytes are written and not consumed.</summary>
    public int Length => _end - _start;

    /// <summary>How many bytes the buffer holds before it must grow.</summary>
    public int Capacity => _array.Length;

    /// <summary>The bytes written and not consumed. Valid until the next write, consume or clear.</summary>
    public ReadOnlySpan<byte> WrittenSpan => _array.AsSpan(_start, _end - _start);

    /// <summary>The bytes written and not consumed. Valid until the next write, consume or clear.</summary>
    public ReadOnlyMemory<byte> WrittenMemory => _array.AsMemory(_start, _end - _start);

    /// <summary>Written bytes to be changed in place. Valid until the next write, consume or clear.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range is not within what is written.</exception>
    public Span<byte> Slice(int position, int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)position, (uint)Length, nameof(position));
        return _array.AsSpan(_start, _end - _start).Slice(position, length);
    }

    /// <inheritdoc/>
    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)(_array.Length - _end), nameof(count));
        _end += count;
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        if (_array.Length - _end < Math.Max(sizeHint, 1))
            MakeRoom(sizeHint);
        return _array.AsSpan(_end);
    }

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        if (_array.Length - _end < Math.Max(sizeHint, 1))
            MakeRoom(sizeHint);
        return _array.AsMemory(_end);
    }

    /// <summary>Appends a copy of <paramref name="bytes"/>.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(GetSpan(bytes.Length));
        _end += bytes.Length;
    }

    /// <summary>Takes bytes away from the beginning, after a socket has sent them.</summary>
    /// <exception cref="ArgumentOutOfRangeException">So many bytes are not written.</exception>
    public void Consume(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)Length, nameof(count));
        _start += count;
        if (_start == _end)
            Clear();
    }

    /// <summary>Takes bytes away from the end until <paramref name="length"/> are left.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Fewer bytes than that are written.</exception>
    public void Truncate(int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)length, (uint)Length, nameof(length));
        _end = _start + length;
    }

    /// <summary>Forgets all bytes and gives a grown array back.</summary>
    public void Clear()
    {
        _start = _end = 0;
        if (_array.Length > _idleBytes)
            Exchange(ArrayPool<byte>.Shared.Rent(_idleBytes));
    }

    /// <summary>Gives the array back. The buffer can still be used; it begins anew.</summary>
    public void Dispose()
    {
        _start = _end = 0;
        Exchange([]);
    }

    private void MakeRoom(int sizeHint)
    {
        int length = Length;
        long needed = (long)length + Math.Max(sizeHint, 1);
        if (needed > Array.MaxLength)
            throw new InvalidOperationException(
                $"The output would grow to {needed} bytes; at most {Array.MaxLength} fit. Send some first.");

        // Moving to the front is worth it only where it frees much, or small consumes would copy again and again.
        if (needed <= _array.Length && _start >= _array.Length / 2)
        {
            _array.AsSpan(_start, length).CopyTo(_array);
        }
        else
        {
            long doubled = Math.Min(Math.Max(needed, 2L * _array.Length), Array.MaxLength);
            byte[] larger = ArrayPool<byte>.Shared.Rent((int)doubled);
            _array.AsSpan(_start, length).CopyTo(larger);
            Exchange(larger);
        }

        _start = 0;
        _end = length;
    }

    private void Exchange(byte[] array)
    {
        if (_array.Length > 0)
            ArrayPool<byte>.Shared.Return(_array);
        _array = array;
    }
}
