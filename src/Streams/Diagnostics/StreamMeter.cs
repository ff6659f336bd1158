using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using OrleansMq.Streams.Events;
using OrleansMq.Streams.Queues;

namespace OrleansMq.Streams.Diagnostics;

/// <summary>The meter <c>OrleansMq.Streams</c>.</summary>
internal static class StreamMeter
{
    /// <summary>Its name.</summary>
    public const string Name = "OrleansMq.Streams";

    private static readonly Meter Meter = new(Name);
    private static readonly ConcurrentDictionary<StreamQueues, (string Provider, int MaxSeries)> Providers = new();

    private static readonly Counter<long> Published = Meter.CreateCounter<long>(
        "orleansmq.streams.published", "{message}", "Messages published.");

    private static readonly Counter<long> Delivered = Meter.CreateCounter<long>(
        "orleansmq.streams.delivered", "{message}", "Messages that subscribers processed.");

    private static readonly Counter<long> Failures = Meter.CreateCounter<long>(
        "orleansmq.streams.delivery_failures", "{delivery}", "Deliveries that failed.");

    private static readonly Counter<long> DeadLetters = Meter.CreateCounter<long>(
        "orleansmq.streams.dead_letters", "{message}", "Messages that became dead letters.");

    static StreamMeter() => Meter.CreateObservableGauge(
        "orleansmq.streams.lag", MeasureLags, "{message}",
        "Messages of the queue behind what a subscription processed.");

    /// <summary>Reports the subscriptions of a provider's queues from now on.</summary>
    public static void Watch(StreamQueues queues, string provider, int maxSeries) =>
        Providers[queues] = (provider, maxSeries);

    public static void Forget(StreamQueues queues) => Providers.TryRemove(queues, out _);

    public static void CountPublished(string topic, int messages) =>
        Published.Add(messages, new KeyValuePair<string, object?>("topic", topic));

    public static void CountDelivery(EventBatch batch) => Delivered.Add(batch.Messages.Count, NamespaceOf(batch));

    public static void CountFailure(EventBatch batch) => Failures.Add(1, NamespaceOf(batch));

    public static void CountDeadLetters(EventBatch batch) => DeadLetters.Add(batch.Messages.Count, NamespaceOf(batch));

    private static KeyValuePair<string, object?> NamespaceOf(EventBatch batch) =>
        new("topic", batch.Cursor?.Topic);

    private static IEnumerable<Measurement<long>> MeasureLags() => Providers.SelectMany(provider => provider.Key.All
        .SelectMany(queue => queue.Lags.Select(lag => (Queue: queue, Lag: lag)))
        .OrderByDescending(one => one.Lag.Messages)
        .Take(provider.Value.MaxSeries)
        .Select(one => new Measurement<long>(
            one.Lag.Messages,
            new KeyValuePair<string, object?>("provider", provider.Value.Provider),
            new KeyValuePair<string, object?>("topic", one.Queue.Log.Id.Topic),
            new KeyValuePair<string, object?>("queue", one.Queue.Log.Id.Key),
            new KeyValuePair<string, object?>("stream", one.Lag.Stream.GetKeyAsString()),
            new KeyValuePair<string, object?>("subscription", one.Lag.Subscription.ToString("N")))));
}
