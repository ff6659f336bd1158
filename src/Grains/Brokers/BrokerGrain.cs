using Orleans.Concurrency;
using Orleans.Placement;
using OrleansMq.Broker.Clustering;
using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Grains.Placement;
using OrleansMq.Grains.Transactions;

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

    public async Task<ClientResponse> CallClient(long channelId, ClientRequest request, TimeSpan timeout) =>
        ClientResponse.Of(await (await GetOwnedAsync()).Host.Channels.CallAsync(channelId, request.ToCall(), timeout));

    public async Task<bool> TellClient(long channelId, ClientRequest request) =>
        (await GetOwnedAsync()).Host.Channels.Tell(channelId, request.ToCall());

    public async Task<long> FindProducer(string clientId) =>
        (await GetOwnedAsync()).Host.Node.Producers.FindClient(clientId)?.ChannelId ?? -1;

    public async Task<bool> HasProducer(string group) =>
        (await GetOwnedAsync()).Host.Node.ProducerRound.HasOpen(group);

    public async Task<bool> AskProducer(ProducerQuestion question) =>
        (await GetOwnedAsync()).Host.Node.ProducerRound.Ask(question.ToQuestion());
}
