using System.Text;
using OrleansMq.Grains.Queues;
using OrleansMq.Messages.Properties;
using OrleansMq.Messages.Records;
using OrleansMq.Streams.Diagnostics;
using OrleansMq.Streams.Events;
using OrleansMq.Streams.Queues;
using OrleansMq.Streams.Topics;

namespace OrleansMq.Streams.Publishing;

/// <summary>
/// Appends events to the queue of their key. Returns once they are as durable as the broker promises. Thread-safe.
/// </summary>
internal sealed class StreamPublisher(StreamTopics topics, EventBodies bodies, IGrainFactory grains)
{
    private readonly byte[] _keyProperty = Encoding.UTF8.GetBytes(topics.Options.KeyProperty);

    public async Task PublishAsync<T>(StreamId stream, IEnumerable<T> events, Dictionary<string, object>? context)
    {
        string topic = topics.TopicOf(stream);
        string key = stream.GetKeyAsString();
        T[] items = [.. events];
        if (items.Length == 0)
            return;

        long? due = TakeDue(ref context);
        bool isPlain = topics.Options.Format == EventFormat.Plain
            || Array.TrueForAll(items, item => item is byte[] or ReadOnlyMemory<byte>);
        byte[] properties = PropertiesOf(topic, key, isPlain ? 0 : items.Length, due, context);
        ReadOnlyMemory<byte>[] messages = isPlain
            ? [.. items.Select(bodies.WritePlain)]
            : [bodies.WriteOrleans(Array.ConvertAll(items, item => (object?)item))];
        StreamQueueId queue = (await topics.GetRouteAsync(topic)).QueueOf(key);
        IMessageQueueGrain grain = grains.GetMessageQueue(topic, queue.Broker, queue.Queue);
        if (due is null)
        {
            await grain.Append(Encode(messages, properties));
        }
        else
        {
            // Each waits on its own.
            foreach (ReadOnlyMemory<byte> message in messages)
                await grain.Append(Encode([message], properties));
        }

        StreamMeter.CountPublished(topic, messages.Length);
    }

    /// <summary>Takes the time out of the context: it means this event, not what its subscribers publish.</summary>
    private static long? TakeDue(ref Dictionary<string, object>? context)
    {
        if (context is null || !context.Remove(StreamProperties.DeliverAt, out object? due))
            return null;

        if (context.Count == 0)
            context = null;
        return (long)due;
    }

    private static MessageBatch Encode(ReadOnlyMemory<byte>[] messages, byte[] properties)
    {
        byte[] items = new byte[messages.Sum(message => BatchItem.SizeOf(message.Length, properties.Length))];
        int at = 0;
        foreach (ReadOnlyMemory<byte> message in messages)
        {
            int size = BatchItem.SizeOf(message.Length, properties.Length);
            BatchItem.Write(items.AsSpan(at, size), flag: 0, message.Span, properties);
            at += size;
        }

        return new MessageBatch(items, messages.Length);
    }

    private byte[] PropertiesOf(
        string topic, string key, int packed, long? due, Dictionary<string, object>? context)
    {
        if (key.AsSpan().ContainsAny((char)PropertyBlock.NameEnd, (char)PropertyBlock.ValueEnd))
        {
            throw new ArgumentException(
                $"The key '{key}' of a stream of '{topic}' holds U+0001 or U+0002, which no property may.",
                nameof(key));
        }

        var editor = new PropertyEditor();
        editor.Set(_keyProperty, Encoding.UTF8.GetBytes(key));
        if (packed > 0)
            editor.Set(StreamProperties.Format, StreamProperties.OrleansFormat);
        if (packed > 1)
            editor.Set(StreamProperties.Count, packed);
        if (due is not null)
            editor.Set(PropertyNames.TimerDeliverMilliseconds, due.Value);
        if (context is { Count: > 0 })
        {
            editor.Set(
                StreamProperties.Context,
                Encoding.ASCII.GetBytes(Convert.ToBase64String(bodies.WriteContext(context))));
        }

        return editor.ApplyTo([]);
    }
}
