using Orleans.Concurrency;
using Orleans.Placement;
using OrleansMq.Broker.Clustering;
using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Grains.Placement;

namespace OrleansMq.Grains.Brokers;

/// <summary>Hands to this silo's broker what other grains have for it.</summary>
[OwnedByBroker, Reentrant, Immovable]
internal sealed class BrokerGrain(LocalBroker broker) : OwnedGrain(broker), IBrokerGrain
{
    public Task Follow(DirectoryChanges changes) => Owned.FollowAsync(changes);

    public Task Show(GroupSnapshot members)
    {
        Owned.Host.Node.Groups.Find(members.Name)?.Show(members);
        return Task.CompletedTask;
    }

    public Task CloseChannel(ClientChannel channel, string reason)
    {
        Owned.Host.Channels.Close(channel.Id, reason);
        return Task.CompletedTask;
    }
}
