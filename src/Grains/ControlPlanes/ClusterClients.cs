using Microsoft.Extensions.Logging;
using OrleansMq.Broker.ClientCalls;
using OrleansMq.Broker.Clustering;
using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.Nodes;
using OrleansMq.Grains.Brokers;
using OrleansMq.Grains.Diagnostics;

namespace OrleansMq.Grains.ControlPlanes;

/// <summary>Reaches clients through the broker that they are connected to.</summary>
internal sealed class ClusterClients(
    RunningBroker broker, IGrainFactory grains, ClusteringOptions options, TimeProvider time, ILogger logger)
    : IClusterClients
{
    private BrokerNode Node => broker.Host.Node;

    public async ValueTask<ClientAnswer> CallAsync(ClientChannel channel, ClientCall call, TimeSpan timeout)
    {
        if (IsOwn(channel.BrokerName))
            return await Node.Channels.CallAsync(channel.Id, call, timeout).ConfigureAwait(false);

        ClientResponse? response = await TryAsync(
            channel.BrokerName, grain => grain.CallClient(channel.Id, ClientRequest.Of(call), timeout),
            timeout + options.DecisionTimeout).ConfigureAwait(false);
        return response?.ToAnswer() ?? ClientAnswer.Unanswered(ClientCallStatus.Unreachable);
    }

    public async ValueTask<bool> TellAsync(ClientChannel channel, ClientCall call) => IsOwn(channel.BrokerName)
        ? Node.Channels.Tell(channel.Id, call)
        : await TryAsync(
            channel.BrokerName, grain => grain.TellClient(channel.Id, ClientRequest.Of(call)),
            options.DecisionTimeout).ConfigureAwait(false) == true;

    public async ValueTask<ClientChannel?> FindProducerAsync(string clientId)
    {
        if (Node.Producers.FindClient(clientId) is { } own)
            return Node.ChannelOf(own.ChannelId);

        Task<ClientChannel?>[] asked =
        [
            .. from entry in broker.View.Brokers where !IsOwn(entry.Name) select FindAtAsync(entry.Name, clientId),
        ];
        await foreach (Task<ClientChannel?> answered in Task.WhenEach(asked).ConfigureAwait(false))
        {
            if (await answered.ConfigureAwait(false) is { } found)
                return found;
        }

        return null;
    }

    private async Task<ClientChannel?> FindAtAsync(string brokerName, string clientId)
    {
        long? id = await TryAsync(brokerName, grain => grain.FindProducer(clientId), options.DecisionTimeout)
            .ConfigureAwait(false);
        return id >= 0 ? new ClientChannel(brokerName, id.Value) : null;
    }

    private bool IsOwn(string brokerName) => brokerName == Node.Identity.BrokerName;

    private async Task<T?> TryAsync<T>(string brokerName, Func<IBrokerGrain, Task<T>> call, TimeSpan timeout)
        where T : struct
    {
        try
        {
            return await call(grains.GetGrain<IBrokerGrain>(brokerName)).WaitAsync(timeout, time).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Which exceptions a dying silo causes is open-ended; the caller is told that it failed.
        catch (Exception cause)
#pragma warning restore CA1031
        {
            logger.ClientUnreachable(brokerName, cause.Message);
            return null;
        }
    }
}
