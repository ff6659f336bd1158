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
    public async Task Follow(DirectoryChanges changes) => await (await GetOwnedAsync()).Refresher.FollowAsync(changes);

    public async Task Show(GroupSnapshot members) =>
        (await GetOwnedAsync()).Host.Node.Groups.Find(members.Name)?.Show(members);

    public async Task CloseChannel(ClientChannel channel, string reason) =>
        (await GetOwnedAsync()).Host.Channels.Close(channel.Id, reason);
}
