using Orleans.Streams;
using OrleansMq.Streams.Tests.TestCluster;

namespace OrleansMq.Streams.Tests.Grains;

/// <summary>Subscribes to streams of numbers as it is told, and notes what it sees under its key.</summary>
public interface ISubscriberGrain : IGrainWithStringKey
{
    Task<Guid> Subscribe(string topic, string key, StreamSequenceToken? token = null, string provider = "mq");

    Task Unsubscribe(string topic, string key, Guid subscription);

    Task<int> CountSubscriptions(string topic, string key);

    Task Deactivate();
}

internal sealed class SubscriberGrain : Grain, ISubscriberGrain
{
    public async Task<Guid> Subscribe(string topic, string key, StreamSequenceToken? token, string provider)
    {
        StreamSubscriptionHandle<int> handle = await StreamOf(topic, key, provider).SubscribeAsync(OnNextAsync, token!);
        return handle.HandleId;
    }

    public async Task Unsubscribe(string topic, string key, Guid subscription)
    {
        foreach (StreamSubscriptionHandle<int> handle in await StreamOf(topic, key).GetAllSubscriptionHandles())
        {
            if (handle.HandleId == subscription)
                await handle.UnsubscribeAsync();
        }
    }

    public async Task<int> CountSubscriptions(string topic, string key) =>
        (await StreamOf(topic, key).GetAllSubscriptionHandles()).Count;

    public Task Deactivate()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    private IAsyncStream<int> StreamOf(string topic, string key, string provider = "mq") =>
        this.GetStreamProvider(provider).GetStream<int>(StreamId.Create(topic, key));

    private async Task OnNextAsync(int item, StreamSequenceToken? token)
    {
        await Behaviors.ActAsync(this.GetPrimaryKeyString(), item);
        Seen.Note(this.GetPrimaryKeyString(), item, token);
    }
}
