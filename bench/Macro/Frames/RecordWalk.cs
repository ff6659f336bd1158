using System.Buffers.Binary;

namespace OrleansMq.Bench.Macro.Frames;

/// <summary>Walks over the records of a pull's answer without reading more of them than it needs.</summary>
internal ref struct RecordWalk(ReadOnlySpan<byte> body)
{
    private const int QueueOffsetAt = 20;
    private const int MinBytes = 91;

    private ReadOnlySpan<byte> _rest = body;

    /// <summary>The record the walk is at.</summary>
    public ReadOnlySpan<byte> Record { get; private set; }

    /// <summary>The record's place in its queue.</summary>
    public readonly long QueueOffset => BinaryPrimitives.ReadInt64BigEndian(Record[QueueOffsetAt..]);

    /// <summary>Goes to the next record.</summary>
    /// <exception cref="InvalidDataException">What follows is no record.</exception>
    public bool MoveNext()
    {
        if (_rest.IsEmpty)
            return false;
        int size = _rest.Length < MinBytes ? 0 : BinaryPrimitives.ReadInt32BigEndian(_rest);
        if (size < MinBytes || size > _rest.Length)
            throw new InvalidDataException($"A pull's answer ends with {_rest.Length} bytes that are no record.");
        Record = _rest[..size];
        _rest = _rest[size..];
        return true;
    }
}
