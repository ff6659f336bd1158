using OrleansMq.Broker.ClientCalls;
using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.Nodes;

namespace OrleansMq.Broker.Clustering;

/// <summary>The clients of a cluster of one.</summary>
internal sealed class LocalClients(BrokerNode node) : IClusterClients
{
    public ValueTask<ClientAnswer> CallAsync(ClientChannel channel, ClientCall call, TimeSpan timeout) =>
        IsOwn(channel)
            ? node.Channels.CallAsync(channel.Id, call, timeout)
            : ValueTask.FromResult(ClientAnswer.Unanswered(ClientCallStatus.Gone));

    public ValueTask<bool> TellAsync(ClientChannel channel, ClientCall call) =>
        ValueTask.FromResult(IsOwn(channel) && node.Channels.Tell(channel.Id, call));

    public ValueTask<ClientChannel?> FindProducerAsync(string clientId) => ValueTask.FromResult<ClientChannel?>(
        node.Producers.FindClient(clientId) is { } producer ? node.ChannelOf(producer.ChannelId) : null);

    private bool IsOwn(ClientChannel channel) => channel.BrokerName == node.Identity.BrokerName;
}
