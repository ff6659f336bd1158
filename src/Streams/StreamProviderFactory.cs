using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Streams;
using Orleans.Streams.Filtering;
using OrleansMq.Grains.Brokers;
using OrleansMq.Streams.Delivery;
using OrleansMq.Streams.Diagnostics;
using OrleansMq.Streams.Events;
using OrleansMq.Streams.Publishing;
using OrleansMq.Streams.Queues;
using OrleansMq.Streams.Topics;

namespace OrleansMq.Streams;

/// <summary>Makes the parts that Orleans' persistent streams ask a provider for.</summary>
internal sealed class StreamProviderFactory : IQueueAdapterFactory, IQueueAdapterCache, IQueueAdapter
{
    private readonly StreamTopics _topics;
    private readonly StreamPublisher _publisher;
    private readonly StreamQueues _queues;
    private readonly EventBodies _bodies;
    private readonly Handshakes _handshakes;
    private readonly LocalBroker? _broker;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly bool _isFiltered;

    public StreamProviderFactory(IServiceProvider services, string name)
    {
        Name = name;
        _topics = services.GetRequiredKeyedService<StreamTopics>(name);
        _publisher = services.GetRequiredKeyedService<StreamPublisher>(name);
        _queues = services.GetRequiredKeyedService<StreamQueues>(name);
        _bodies = services.GetRequiredKeyedService<EventBodies>(name);
        _handshakes = services.GetRequiredService<Handshakes>();
        _broker = services.GetService<LocalBroker>();
        _time = services.GetRequiredService<TimeProvider>();
        _logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("OrleansMq.Streams");
        _isFiltered = services.GetKeyedService<IStreamFilter>(name) is not null;
        StreamMeter.Watch(_queues, name, _topics.Options.MaxLagSeries);
    }

    public string Name { get; }

    public bool IsRewindable => true;

    public StreamProviderDirection Direction => StreamProviderDirection.ReadWrite;

    private LocalBroker Broker => _broker ?? throw new OrleansConfigurationException(
        $"The stream provider '{Name}' needs a broker in its silo: call AddOrleansMq on the silo builder.");

    [Obsolete("Orleans calls it.")]
    public Task<IQueueAdapter> CreateAdapter() => Task.FromResult<IQueueAdapter>(this);

    public IQueueAdapterCache GetQueueAdapterCache() => this;

    public IStreamQueueMapper GetStreamQueueMapper() => new OwnedQueueMapper();

    public Task<IStreamFailureHandler> GetDeliveryFailureHandler(QueueId queueId) =>
        Task.FromResult<IStreamFailureHandler>(
            new DeadLetterHandler(StreamQueueId.Of(queueId), _queues, _topics.Group, _time, _logger));

    public IQueueCache CreateQueueCache(QueueId queueId)
    {
        var queue = new StreamQueue(
            Name, new LocalQueue(Broker, StreamQueueId.Of(queueId), _time), _topics.Options, _bodies,
            Broker.Settings.Store.MaxMessageBytes, _isFiltered, _time, _logger);
        _queues.Add(queue);
        return queue;
    }

    /// <summary>Orleans makes the cache of a queue first.</summary>
    public IQueueAdapterReceiver CreateReceiver(QueueId queueId)
    {
        StreamQueue queue = _queues.Find(StreamQueueId.Of(queueId))!;
        StreamRoute? route = StreamTopicList.Find(Broker.View, Name, queue.Log.Id.Topic);
        return new QueueReceiver(
            queue, _topics.Group, route?.SinceMilliseconds ?? 0, _handshakes, _queues, _time, _logger);
    }

    public Task QueueMessageBatchAsync<T>(
        StreamId streamId, IEnumerable<T> events, StreamSequenceToken? token,
        Dictionary<string, object>? requestContext) =>
        _publisher.PublishAsync(streamId, events, requestContext);
}
