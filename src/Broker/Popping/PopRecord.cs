using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace OrleansMq.Broker.Popping;

/// <summary>What a record of the pop topic says happened to a queue of a group.</summary>
public enum PopOperation
{
    /// <summary>Messages were handed out.</summary>
    Popped = 1,

    /// <summary>Messages are finished.</summary>
    Finished = 2,

    /// <summary>When a message may be handed out again was changed.</summary>
    Changed = 3,

    /// <summary>The group begins, or was set by an operator, at an offset.</summary>
    Reset = 4,

    /// <summary>The group or the topic was deleted.</summary>
    Forgotten = 5,
}

/// <summary>
/// The records by which pops live in the log: one for all that a pop takes from a queue, one for what is acknowledged
/// at once. They say what is the case afterwards, not what to add. Layout: docs/formats/pops.md.
/// </summary>
public static class PopRecord
{
    private const byte Version = 1;

    /// <summary>The topic of the records, which clients cannot publish to.</summary>
    public static ReadOnlySpan<byte> Topic => "OMQ_SYS_POP"u8;

    /// <summary>Writes what a pop hands out.</summary>
    public static void WritePopped(IBufferWriter<byte> output, PopKey key, PopBatch batch)
    {
        var writer = Begin(output, PopOperation.Popped, key);
        writer.Write(batch.Cursor);
        writer.Write(batch.PoppedAt);
        writer.Write(batch.VisibleAt);
        writer.Write(batch.Entries.Count);
        long before = 0;
        foreach (PopEntry entry in batch.Entries)
        {
            writer.Write(entry.Offset - before);
            writer.Write(entry.Attempt);
            writer.Write(entry.MessageGroup);
            before = entry.Offset;
        }
    }

    /// <summary>Writes which messages are finished; the offsets ascend.</summary>
    public static void WriteFinished(IBufferWriter<byte> output, PopKey key, IReadOnlyCollection<long> offsets)
    {
        var writer = Begin(output, PopOperation.Finished, key);
        writer.Write(offsets.Count);
        long before = 0;
        foreach (long offset in offsets)
        {
            writer.Write(offset - before);
            before = offset;
        }
    }

    /// <summary>Writes when a message comes again.</summary>
    public static void WriteChanged(IBufferWriter<byte> output, PopKey key, long offset, long visibleAt)
    {
        var writer = Begin(output, PopOperation.Changed, key);
        writer.Write(offset);
        writer.Write(visibleAt);
    }

    /// <summary>Writes where the group goes on: at 0 where it begins, else when an operator set that.</summary>
    public static void WriteReset(IBufferWriter<byte> output, PopKey key, long offset, long atMilliseconds)
    {
        var writer = Begin(output, PopOperation.Reset, key);
        writer.Write(offset);
        writer.Write(atMilliseconds);
    }

    /// <summary>Writes that the group or the topic was deleted.</summary>
    public static void WriteForgotten(IBufferWriter<byte> output, PopKey key) =>
        Begin(output, PopOperation.Forgotten, key);

    /// <summary>Reads what a record is about; false when this broker does not know its layout. Never throws.</summary>
    /// <param name="body">The record's body.</param>
    /// <param name="key">The queue.</param>
    /// <param name="operation">What happened.</param>
    /// <param name="rest">What <see cref="TryApply"/> needs.</param>
    public static bool TryRead(
        ReadOnlySpan<byte> body, out PopKey key, out PopOperation operation, out ReadOnlySpan<byte> rest)
    {
        var reader = new PopReader(body);
        bool isKnown = reader.ReadByte() == Version;
        operation = (PopOperation)reader.ReadByte();
        int queueId = reader.ReadInt32();
        string group = reader.ReadText();
        string topic = reader.ReadText();
        key = new PopKey(group, topic, queueId);
        rest = reader.Rest;
        return isKnown && reader.IsWhole && operation is >= PopOperation.Popped and <= PopOperation.Forgotten;
    }

    /// <summary>Applies what happened to a queue. One that is cut short changes nothing.</summary>
    /// <param name="operation">What happened.</param>
    /// <param name="rest">The end of the record.</param>
    /// <param name="queue">The queue; null when it is not known, or no longer.</param>
    public static bool TryApply(PopOperation operation, ReadOnlySpan<byte> rest, ref PopQueue? queue)
    {
        var reader = new PopReader(rest);
        switch (operation)
        {
            case PopOperation.Forgotten:
                queue = null;
                return true;
            case PopOperation.Reset:
                (long offset, long at) = (reader.ReadInt64(), reader.ReadInt64());
                if (!reader.IsWhole)
                    return false;

                queue ??= new PopQueue(offset, at);
                queue.Reset(offset, at);
                return true;
            case PopOperation.Popped when queue is not null && TryReadBatch(ref reader, out PopBatch? batch):
                queue.Apply(batch);
                return true;
            case PopOperation.Changed when queue is not null:
                (long changed, long visibleAt) = (reader.ReadInt64(), reader.ReadInt64());
                if (reader.IsWhole)
                    queue.Change(changed, visibleAt);
                return reader.IsWhole;
            case PopOperation.Finished when queue is not null:
                return TryFinish(ref reader, queue);
            default:
                return false;
        }
    }

    private static bool TryReadBatch(ref PopReader reader, [NotNullWhen(true)] out PopBatch? batch)
    {
        (long cursor, long poppedAt, long visibleAt) = (reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64());
        int count = reader.ReadCount();
        var entries = new PopEntry[count];
        long offset = 0;
        for (int index = 0; index < count; index++)
        {
            offset += reader.ReadInt64();
            int attempt = reader.ReadInt32();
            uint messageGroup = (uint)reader.ReadInt64();
            entries[index] = attempt > 0
                ? new PopEntry(offset, messageGroup, attempt, poppedAt, visibleAt)
                : new PopEntry(offset, messageGroup, 0, 0, 0);
        }

        batch = reader.IsWhole ? new PopBatch(cursor, poppedAt, visibleAt, entries) : null;
        return batch is not null;
    }

    private static bool TryFinish(ref PopReader reader, PopQueue queue)
    {
        var offsets = new long[reader.ReadCount()];
        long offset = 0;
        for (int index = 0; index < offsets.Length; index++)
            offsets[index] = offset += reader.ReadInt64();
        if (!reader.IsWhole)
            return false;

        foreach (long finished in offsets)
            queue.Finish(finished);
        return true;
    }

    private static PopWriter Begin(IBufferWriter<byte> output, PopOperation operation, PopKey key)
    {
        output.Write([Version, (byte)operation]);
        var writer = new PopWriter(output);
        writer.Write(key.QueueId);
        writer.Write(Encoding.UTF8.GetBytes(key.Group));
        writer.Write(Encoding.UTF8.GetBytes(key.Topic));
        return writer;
    }
}
