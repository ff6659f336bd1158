using System.Buffers.Binary;

namespace OrleansMq.Storage.ConsumeQueues;

/// <summary>
/// One message of a queue: where it lies in the log and what a filter needs to know. 20 bytes, big-endian.
/// </summary>
/// <remarks><code>
///  0               8       12              20
/// +---------------+-------+---------------+
/// | physicalOffset| size  | tagsCode      |
/// +---------------+-------+---------------+
/// </code></remarks>
/// <param name="PhysicalOffset">The record's first byte in the log.</param>
/// <param name="SizeBytes">The record's size.</param>
/// <param name="TagsCode">The tag's hash; for a message that waits for its time, when it is due.</param>
public readonly record struct ConsumeQueueEntry(long PhysicalOffset, int SizeBytes, long TagsCode)
{
    /// <summary>Bytes of a stored entry.</summary>
    public const int EntryBytes = 20;

    /// <summary>Whether there is no message at this place.</summary>
    public bool IsBlank => SizeBytes == int.MaxValue;

    /// <summary>
    /// What stands where a queue has no message: before its first one in a file, or for a record that was damaged. It
    /// points at a message beside it, so that searches along the queue stay monotone.
    /// RocketMQ: the blanks that <c>ConsumeQueue</c> fills in have offset 0.
    /// </summary>
    internal static ConsumeQueueEntry BlankAt(long physicalOffset) => new(physicalOffset, int.MaxValue, 0);

    internal static ConsumeQueueEntry Read(ReadOnlySpan<byte> source) => new(
        BinaryPrimitives.ReadInt64BigEndian(source),
        BinaryPrimitives.ReadInt32BigEndian(source[8..]),
        BinaryPrimitives.ReadInt64BigEndian(source[12..]));

    internal void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteInt64BigEndian(destination, PhysicalOffset);
        BinaryPrimitives.WriteInt32BigEndian(destination[8..], SizeBytes);
        BinaryPrimitives.WriteInt64BigEndian(destination[12..], TagsCode);
    }
}
