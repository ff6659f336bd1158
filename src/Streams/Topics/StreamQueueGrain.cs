using Microsoft.Extensions.DependencyInjection;
using Orleans.Concurrency;
using Orleans.Placement;
using OrleansMq.Grains.Brokers;
using OrleansMq.Grains.Placement;
using OrleansMq.Streams.Queues;

namespace OrleansMq.Streams.Topics;

/// <summary>Has no state.</summary>
[OwnedByBroker, Reentrant, Immovable]
internal sealed class StreamQueueGrain(LocalBroker broker, IServiceProvider services)
    : OwnedGrain(broker), IStreamQueueGrain
{
    public async Task Wake(string provider, StreamId stream)
    {
        await GetOwnedAsync();
        (string topic, string name, int queueId) = BrokerKey.ParseQueue(this.GetPrimaryKeyString());
        services.GetKeyedService<StreamQueues>(provider)?.Wake(new StreamQueueId(topic, name, queueId), stream);
    }
}
