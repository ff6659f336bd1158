using System.Buffers.Binary;
using System.Globalization;
using OrleansMq.Messages.Checksums;
using OrleansMq.Storage.Files;
using OrleansMq.Storage.Indexes;

namespace OrleansMq.Storage.Checkpoints;

/// <summary>
/// The file <c>checkpoint</c>: one page, RocketMQ's fields first, then two copies of ours, written in turn.
/// </summary>
/// <remarks><code>
///    0 physicMsgTimestamp  8 logicsMsgTimestamp  16 indexMsgTimestamp  24 masterFlushedOffset  32 confirmPhyOffset
///  512 first copy    1024 second copy, each in a sector of its own:
///      +0 magic 4   +4 sequence 8   +12 flushedUntil 8   +20 recoverFrom 8   +28 lastTimestamp 8
///      +36 index file name as a number 8   +44 index count 4   +48 indexDurableUntil 8   +56 CRC-32 of the 56 bytes 4
/// </code>
/// A write that tears leaves the other copy. All integers are big-endian. Layout: docs/formats/checkpoint.md.
/// </remarks>
internal sealed class CheckpointFile : IDisposable
{
    public const string Name = "checkpoint";

    private const int FileBytes = 4096;
    private const int Magic = 0x4F4D5143;
    private const int CheckedBytes = 56;
    private const int CopyBytes = CheckedBytes + sizeof(uint);

    private static readonly int[] CopiesAt = [512, 1024];

    private readonly IStoreFile _file;
    private long _sequence;

    public CheckpointFile(IStoreFileSystem files, string directory)
    {
        WasThere = files.FileExists(Path.Combine(directory, Name));
        _file = files.Map(Path.Combine(directory, Name), FileBytes, preallocate: true);
        files.SyncDirectory(directory);
    }

    /// <summary>Whether the file existed before it was opened.</summary>
    public bool WasThere { get; }

    /// <summary>The newest copy that is whole, or null.</summary>
    public CheckpointState? Read()
    {
        CheckpointState? newest = null;
        foreach (int at in CopiesAt)
        {
            ReadOnlySpan<byte> copy = _file.Memory.Span.Slice(at, CopyBytes);
            uint crc = BinaryPrimitives.ReadUInt32BigEndian(copy[CheckedBytes..]);
            long sequence = BinaryPrimitives.ReadInt64BigEndian(copy[4..]);
            if (BinaryPrimitives.ReadInt32BigEndian(copy) != Magic || crc != Crc32.Compute(copy[..CheckedBytes]))
                continue;
            if (newest is not null && sequence <= _sequence)
                continue;

            _sequence = sequence;
            newest = Decode(copy);
        }

        return newest;
    }

    /// <summary>Writes a copy; durable when the call returns.</summary>
    public void Write(CheckpointState state)
    {
        Span<byte> page = _file.Memory.Span;
        BinaryPrimitives.WriteInt64BigEndian(page, state.LastTimestamp);
        BinaryPrimitives.WriteInt64BigEndian(page[8..], state.LastTimestamp);
        BinaryPrimitives.WriteInt64BigEndian(page[16..], state.LastTimestamp);
        BinaryPrimitives.WriteInt64BigEndian(page[24..], state.FlushedUntil);
        BinaryPrimitives.WriteInt64BigEndian(page[32..], state.RecoverFrom);

        _sequence++;
        Span<byte> copy = stackalloc byte[CopyBytes];
        Encode(state, copy);
        copy.CopyTo(page[CopiesAt[_sequence % CopiesAt.Length]..]);
        _file.Flush();
    }

    public void Dispose() => _file.Dispose();

    private static CheckpointState Decode(ReadOnlySpan<byte> copy)
    {
        long name = BinaryPrimitives.ReadInt64BigEndian(copy[36..]);
        IndexMark index = name == 0
            ? IndexMark.None
            : new IndexMark(
                name.ToString("D17", CultureInfo.InvariantCulture), BinaryPrimitives.ReadInt32BigEndian(copy[44..]));
        return new CheckpointState(
            BinaryPrimitives.ReadInt64BigEndian(copy[12..]),
            BinaryPrimitives.ReadInt64BigEndian(copy[20..]),
            BinaryPrimitives.ReadInt64BigEndian(copy[28..]),
            index,
            BinaryPrimitives.ReadInt64BigEndian(copy[48..]));
    }

    private void Encode(CheckpointState state, Span<byte> copy)
    {
        long name = state.Index == IndexMark.None
            ? 0
            : long.Parse(state.Index.FileName, CultureInfo.InvariantCulture);
        BinaryPrimitives.WriteInt32BigEndian(copy, Magic);
        BinaryPrimitives.WriteInt64BigEndian(copy[4..], _sequence);
        BinaryPrimitives.WriteInt64BigEndian(copy[12..], state.FlushedUntil);
        BinaryPrimitives.WriteInt64BigEndian(copy[20..], state.RecoverFrom);
        BinaryPrimitives.WriteInt64BigEndian(copy[28..], state.LastTimestamp);
        BinaryPrimitives.WriteInt64BigEndian(copy[36..], name);
        BinaryPrimitives.WriteInt32BigEndian(copy[44..], state.Index.Count);
        BinaryPrimitives.WriteInt64BigEndian(copy[48..], state.IndexDurableUntil);
        BinaryPrimitives.WriteUInt32BigEndian(copy[CheckedBytes..], Crc32.Compute(copy[..CheckedBytes]));
    }
}
