using Orleans.Streams;

namespace OrleansMq.Streams.Tests.Grains;

/// <summary>Publishes numbers from within a silo.</summary>
public interface IPublisherGrain : IGrainWithStringKey
{
    Task Publish(string topic, string key, params int[] numbers);

    Task PublishBatch(string topic, string key, params int[] numbers);
}

internal sealed class PublisherGrain : Grain, IPublisherGrain
{
    public async Task Publish(string topic, string key, params int[] numbers)
    {
        foreach (int number in numbers)
            await StreamOf(topic, key).OnNextAsync(number);
    }

    public Task PublishBatch(string topic, string key, params int[] numbers) =>
        StreamOf(topic, key).OnNextBatchAsync(numbers);

    private IAsyncStream<int> StreamOf(string topic, string key) =>
        this.GetStreamProvider("mq").GetStream<int>(StreamId.Create(topic, key));
}
