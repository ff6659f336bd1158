using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Cluster.Tests.TestCluster;
using OrleansMq.Grains.ConsumerGroups;
using OrleansMq.Grains.Storage;
using OrleansMq.Protocol.Bodies;
using SubscriptionGroupConfig = OrleansMq.Broker.ConsumerGroups.SubscriptionGroupConfig;

namespace OrleansMq.Cluster.Tests;

/// <summary>
/// Two clusters that share a database, but do not know of each other, are two activations of every grain: what Orleans
/// can have for a while around a failure, held for as long as the test likes.
/// </summary>
public sealed class ActivationTests
{
    private static readonly MessageQueueKey Queue = new("Orders", "broker-0", 0);

    [Fact]
    public async Task SecondActivation_DoesNotDecideOnOldState()
    {
        await using BrokerCluster first = await BrokerCluster.StartAsync(1);
        await using BrokerCluster second = await BrokerCluster.StartAsync(1, database: first.State);
        IConsumerGroupGrain one = first.Client.GetGrain<IConsumerGroupGrain>("workers");
        IConsumerGroupGrain other = second.Client.GetGrain<IConsumerGroupGrain>("workers");
        await RetryAsync(one.FindOrCreate);
        Assert.Equal(SubscriptionGroupStatus.Found, (await RetryAsync(other.FindOrCreate)).Result.Status);

        // Both are awake and believe that the queue is free. The lock goes to the one that is stored first.
        Assert.Equal([Queue], await one.Lock("c1", [Queue]));
        await Assert.ThrowsAsync<StateUnavailableException>(() => other.Lock("c2", [Queue]));
        Assert.Empty(await other.Lock("c2", [Queue]));
        Assert.Equal([Queue], await one.Lock("c1", [Queue]));

        var changed = new SubscriptionGroupConfig { Name = "workers", RetryMaxTimes = 3 };
        await RetryAsync(() => other.Put(changed));
        await RetryAsync(() => one.Put(changed with { RetryQueues = 2 }));
        Assert.Equal(SubscriptionGroupStatus.Found, (await RetryAsync(one.FindOrCreate)).Result.Status);
        Assert.Equal(2, (await RetryAsync(one.FindOrCreate)).Result.Group!.RetryQueues);
    }

    private static async Task<T> RetryAsync<T>(Func<Task<T>> call)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return await call();
            }
            catch (StateUnavailableException) when (attempt < 5)
            {
                // The group, and the cluster's list behind it, each find out by themselves, and take a moment to end.
                await Task.Delay(100);
            }
        }
    }
}
