using System.Buffers;
using System.Text;
using OrleansMq.Messages.Records;
using OrleansMq.Storage.CommitLogs;
using OrleansMq.Storage.Confirmations;
using OrleansMq.Storage.ConsumeQueues;
using OrleansMq.Storage.Reading;
using OrleansMq.Storage.Workers;

namespace OrleansMq.Storage.Tests.Stores;

/// <summary>What tests do with a store all the time.</summary>
internal static class StoreAccess
{
    public static AppendResult Append(this MessageStore store, Message message)
    {
        ConsumeQueue queue = store.Queues.Get(message.Topic, message.QueueId);
        return store.Log.Append(queue, new RecordEncoder(DraftOf(message, message.TopicBytes)));
    }

    public static AppendResult AppendBatch(
        this MessageStore store, string topic, int queueId, byte[] items, ICollection<long> physicalOffsets) =>
        store.Log.AppendBatch(
            store.Queues.Get(topic, queueId),
            new MessageDraft { Topic = Encoding.UTF8.GetBytes(topic), QueueId = queueId, Body = default },
            items,
            physicalOffsets);

    public static IStoreWorker Worker(this MessageStore store, string name) =>
        store.Workers.Single(worker => worker.Name == name);

    public static void Flush(this MessageStore store)
    {
        store.Log.FlushOnce();
        store.Confirmations.CompleteFlushed();
        store.Dispatcher.Pump();
    }

    public static TimeSpan Checkpoint(this MessageStore store) => store.Worker("omq-checkpoint").PumpOnce();

    /// <summary>All messages of a queue that can be read, with their queue offsets.</summary>
    public static List<(long Offset, Message Message)> ReadAll(
        this MessageStore store, string topic, int queueId, long? from = null)
    {
        ConsumeQueue queue = store.Queues.Get(topic, queueId);
        var found = new List<(long, Message)>();
        long next = from ?? queue.GetMinOffset();
        while (true)
        {
            var output = new ArrayBufferWriter<byte>();
            ReadResult result = store.Reader.Read(queue, next, 32, 1 << 20, null, output);
            Records(output.WrittenSpan, found);
            if (result.NextOffset <= next || result.NextOffset >= result.MaxOffset)
                return found;
            next = result.NextOffset;
        }
    }

    /// <summary>Positions of the messages that really have a key, in the order of the log.</summary>
    public static List<long> FindByKey(this MessageStore store, string topic, string key)
    {
        var found = new List<long>();
        IReadOnlyList<long> candidates = store.Index.Find(
            Encoding.UTF8.GetBytes(topic), Encoding.UTF8.GetBytes(key), 0, long.MaxValue, int.MaxValue);
        foreach (long position in candidates)
        {
            var output = new ArrayBufferWriter<byte>();
            if (!store.Reader.TryReadAt(position, output))
                continue;
            RecordView.TryRead(output.WrittenSpan, out RecordView record);
            Message message = Message.From(record);
            if (message.Topic == topic && message.KeyList.Contains(key))
                found.Add(position);
        }

        found.Sort();
        return found;
    }

    public static Waiter Await(this MessageStore store, AppendResult result, long deadline = long.MaxValue)
    {
        var waiter = new Waiter { EndOffset = result.EndOffset, DeadlineMilliseconds = deadline };
        store.Confirmations.Add(waiter);
        return waiter;
    }

    private static MessageDraft DraftOf(Message message, byte[] topic) => new()
    {
        Topic = topic,
        QueueId = message.QueueId,
        Body = message.BodyBytes,
        Properties = message.Properties,
    };

    private static void Records(ReadOnlySpan<byte> bytes, List<(long, Message)> found)
    {
        while (!bytes.IsEmpty)
        {
            Assert.Equal(RecordDefect.None, RecordView.TryRead(bytes, out RecordView record));
            found.Add((record.QueueOffset, Message.From(record)));
            bytes = bytes[record.Bytes.Length..];
        }
    }
}

/// <summary>Remembers how its waiting ended.</summary>
internal sealed class Waiter : ConfirmationWaiter
{
    public ConfirmationStatus? Status { get; private set; }

    public override void Complete(ConfirmationStatus status)
    {
        Assert.Null(Status);
        Status = status;
    }
}
