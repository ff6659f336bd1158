using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using Orleans.Streams;
using OrleansMq.Streams.Queues;

namespace OrleansMq.Streams.Events;

/// <summary>
/// Messages of a stream on their way to one subscriber. Events are made of them there, for each subscriber its own.
/// </summary>
[GenerateSerializer, Immutable, Alias("OrleansMq.EventBatch")]
[SerializationCallbacks(typeof(OnDeserializedCallbacks))]
internal sealed class EventBatch : IBatchContainer, IOnDeserialized
{
    [Id(0)]
    private readonly string _provider;

    [Id(1)]
    private readonly int _epoch;

    [Id(2)]
    private readonly IReadOnlyList<StreamMessage> _messages;

    [Id(3)]
    private readonly int _firstIndex;

    [NonSerialized]
    private EventBodies? _bodies;

    public EventBatch(
        string provider, EventBodies bodies, StreamId stream, int epoch, IReadOnlyList<StreamMessage> messages,
        int firstIndex, StreamCursor cursor)
    {
        _provider = provider;
        _bodies = bodies;
        StreamId = stream;
        _epoch = epoch;
        _messages = messages;
        _firstIndex = firstIndex;
        Cursor = cursor;
        SequenceToken = new OrleansMqToken(epoch, messages[^1].Offset, messages[^1].Count - 1);
    }

    [Id(4)]
    public StreamId StreamId { get; }

    /// <summary>The place of the last event: who was given it goes on behind it.</summary>
    [Id(5)]
    public StreamSequenceToken SequenceToken { get; }

    /// <summary>The messages.</summary>
    public IReadOnlyList<StreamMessage> Messages => _messages;

    /// <summary>Whose it is; null where it was sent to.</summary>
    [field: NonSerialized]
    public StreamCursor? Cursor { get; }

    public IEnumerable<Tuple<T, StreamSequenceToken>> GetEvents<T>()
    {
        int first = _firstIndex;
        foreach (StreamMessage message in _messages)
        {
            int index = 0;
            foreach (T item in _bodies!.Read<T>(message))
            {
                if (index >= first)
                {
                    yield return Tuple.Create<T, StreamSequenceToken>(
                        item, new OrleansMqToken(_epoch, message.Offset, index));
                }

                index++;
            }

            first = 0;
        }
    }

    public bool ImportRequestContext()
    {
        if (_messages[0].Context is not { } context || _bodies!.ReadContext(context) is not { } values)
            return false;

        RequestContextExtensions.Import(values);
        return true;
    }

    void IOnDeserialized.OnDeserialized(DeserializationContext context) =>
        _bodies = context.ServiceProvider.GetRequiredKeyedService<EventBodies>(_provider);
}
