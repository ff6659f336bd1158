using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using OrleansMq.Messages.Checksums;
using OrleansMq.Storage.Files;
using OrleansMq.Storage.Recovery;

namespace OrleansMq.Storage.ConsumeQueues;

/// <summary>
/// The file <c>queueends</c>: how far each queue had come at some checkpoint. A queue that has lost its last entries is
/// noticed by it, and no queue offset is given out twice, not even after the queue's files or its topic were deleted.
/// </summary>
/// <remarks><code>
///  0       4         8                12                                            -4
/// +-------+---------+----------------+-----------------------------------------...-+-------+
/// | magic | version | entriesPerFile | topicLength 2, topic, queueId 4, end 8, floor 8 ... | CRC-32|
/// +-------+---------+----------------+-----------------------------------------...-+-------+
/// </code>
/// All integers are big-endian. Every entry below an end is on disk before the file is replaced. Thread-safe.
/// Layout: docs/formats/consume-queue.md.
/// </remarks>
internal sealed class QueueEnds(IStoreFileSystem files, string path, int entriesPerFile)
{
    private const int Magic = 0x4F4D5145;
    private const int Version = 1;
    private const int HeaderBytes = 12;
    private const int FixedBytes = 22;

    private readonly Lock _lock = new();
    private readonly Lock _writeLock = new();
    private Dictionary<(string Topic, int QueueId), QueueEnd> _ends = [];

    /// <summary>Whether the file was there and whole as the store was opened.</summary>
    public bool IsUsable { get; private set; }

    /// <summary>All queues that the file knows.</summary>
    public IReadOnlyCollection<(string Topic, int QueueId)> Queues
    {
        get
        {
            lock (_lock)
                return [.. _ends.Keys];
        }
    }

    /// <summary>Reads the file if there is one.</summary>
    /// <exception cref="StoreCorruptException">The store was made with another size of consume queue files.</exception>
    public void Load()
    {
        byte[]? content = files.TryReadAll(path);
        IsUsable = content is not null && content.Length >= HeaderBytes + sizeof(uint)
            && BinaryPrimitives.ReadInt32BigEndian(content) == Magic
            && BinaryPrimitives.ReadInt32BigEndian(content.AsSpan(4)) == Version
            && BinaryPrimitives.ReadUInt32BigEndian(content.AsSpan(^sizeof(uint)..))
                == Crc32.Compute(content.AsSpan(..^sizeof(uint)));
        if (!IsUsable)
            return;

        int stored = BinaryPrimitives.ReadInt32BigEndian(content.AsSpan(8));
        if (stored != entriesPerFile)
        {
            throw new StoreCorruptException(
                $"The store's consume queue files have {stored} entries, but {entriesPerFile} are configured. Set "
                + $"{StoreOptions.Section}:{nameof(StoreOptions.ConsumeQueueFileEntries)} to {stored}.");
        }

        Decode(content.AsSpan(HeaderBytes..^sizeof(uint)));
    }

    /// <summary>What the file knows of a queue; zeros if nothing.</summary>
    public QueueEnd Of(string topic, int queueId)
    {
        lock (_lock)
            return _ends.GetValueOrDefault((topic, queueId));
    }

    /// <summary>The queues that have moved on since; called while nothing is dispatched.</summary>
    public List<((string Topic, int QueueId) Queue, QueueEnd End)> Changed(IEnumerable<ConsumeQueue> queues)
    {
        var changed = new List<((string, int), QueueEnd)>();
        lock (_lock)
        {
            foreach (ConsumeQueue queue in queues)
            {
                var end = new QueueEnd(queue.MaxOffset, queue.Floor);
                if (end != _ends.GetValueOrDefault((queue.Topic, queue.QueueId)))
                    changed.Add(((queue.Topic, queue.QueueId), end));
            }
        }

        return changed;
    }

    /// <summary>Takes over what has changed and replaces the file; durable when the call returns.</summary>
    /// <exception cref="StoreIOException">The disk failed or is full: nothing was taken over.</exception>
    public void Write(IReadOnlyCollection<((string Topic, int QueueId) Queue, QueueEnd End)> changed)
    {
        lock (_writeLock)
        {
            Dictionary<(string Topic, int QueueId), QueueEnd> ends;
            lock (_lock)
                ends = new Dictionary<(string Topic, int QueueId), QueueEnd>(_ends);

            // A topic may have been deleted since the change was noted: neither number ever goes back.
            foreach (((string Topic, int QueueId) queue, QueueEnd end) in changed)
                ends[queue] = end.OrLater(ends.GetValueOrDefault(queue));
            files.Replace(path, Encode(ends));
            lock (_lock)
                _ends = ends;
        }
    }

    private byte[] Encode(Dictionary<(string Topic, int QueueId), QueueEnd> ends)
    {
        var output = new ArrayBufferWriter<byte>(HeaderBytes + (ends.Count * 64));
        Span<byte> header = output.GetSpan(HeaderBytes);
        BinaryPrimitives.WriteInt32BigEndian(header, Magic);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], Version);
        BinaryPrimitives.WriteInt32BigEndian(header[8..], entriesPerFile);
        output.Advance(HeaderBytes);
        foreach (((string topic, int queueId), QueueEnd end) in ends)
        {
            int topicBytes = Encoding.UTF8.GetByteCount(topic);
            Span<byte> entry = output.GetSpan(topicBytes + FixedBytes);
            BinaryPrimitives.WriteUInt16BigEndian(entry, checked((ushort)topicBytes));
            Encoding.UTF8.GetBytes(topic, entry[2..]);
            entry = entry[(2 + topicBytes)..];
            BinaryPrimitives.WriteInt32BigEndian(entry, queueId);
            BinaryPrimitives.WriteInt64BigEndian(entry[4..], end.End);
            BinaryPrimitives.WriteInt64BigEndian(entry[12..], end.Floor);
            output.Advance(topicBytes + FixedBytes);
        }

        BinaryPrimitives.WriteUInt32BigEndian(output.GetSpan(sizeof(uint)), Crc32.Compute(output.WrittenSpan));
        output.Advance(sizeof(uint));
        return output.WrittenSpan.ToArray();
    }

    private void Decode(ReadOnlySpan<byte> entries)
    {
        lock (_lock)
        {
            while (!entries.IsEmpty)
            {
                int topicBytes = BinaryPrimitives.ReadUInt16BigEndian(entries);
                string topic = Encoding.UTF8.GetString(entries.Slice(2, topicBytes));
                entries = entries[(2 + topicBytes)..];
                _ends[(topic, BinaryPrimitives.ReadInt32BigEndian(entries))] = new QueueEnd(
                    BinaryPrimitives.ReadInt64BigEndian(entries[4..]),
                    BinaryPrimitives.ReadInt64BigEndian(entries[12..]));
                entries = entries[(FixedBytes - 2)..];
            }
        }
    }
}

/// <summary>How far a queue has come.</summary>
/// <param name="End">One past its last offset.</param>
/// <param name="Floor">Offsets below were cut off, or belong to a topic of this name that was deleted.</param>
internal readonly record struct QueueEnd(long End, long Floor)
{
    public QueueEnd OrLater(QueueEnd other) => new(Math.Max(End, other.End), Math.Max(Floor, other.Floor));
}
