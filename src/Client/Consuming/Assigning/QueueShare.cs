using OrleansMq.Client.Brokers;
using OrleansMq.Client.Routing;
using OrleansMq.Client.Transports;
using OrleansMq.Protocol.Bodies;

namespace OrleansMq.Client.Consuming.Assigning;

/// <summary>Finds out which queues of a topic are this member's.</summary>
internal sealed class QueueShare(OrleansMqClient client, ConsumerOptions options)
{
    /// <summary>This member's queues with their brokers; null if that cannot be found out now.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<Dictionary<MessageQueueKey, BrokerAddress>?> FindAsync(
        string topic, CancellationToken cancellation)
    {
        try
        {
            TopicRoute? route = await client.Routes.FindAsync(topic, cancellation).ConfigureAwait(false);
            if (route is null)
                return null;

            Dictionary<MessageQueueKey, BrokerAddress> all = route.ReadQueues.ToDictionary(
                queue => new MessageQueueKey(topic, queue.BrokerName, queue.QueueId), queue => queue.Broker);
            if (options.IsBroadcasting)
                return all;
            return await FindMembersAsync(route, cancellation).ConfigureAwait(false) is { } members
                ? QueueAllocation.Of(client.Options.ClientId, members, all.Keys)
                    .ToDictionary(key => key, key => all[key])
                : null;
        }
        catch (Exception cause) when (Failures.IsPassing(cause))
        {
            return null;
        }
    }

    /// <summary>
    /// The members as the first broker says that can be asked. All of them are connected to: each one counts those as
    /// members that it hears of.
    /// </summary>
    private async Task<IReadOnlyList<string>?> FindMembersAsync(TopicRoute route, CancellationToken cancellation)
    {
        IReadOnlyList<string>? members = null;
        foreach (BrokerAddress address in route.Brokers)
        {
            try
            {
                BrokerClient broker = await client.Connections.GetAsync(address, cancellation).ConfigureAwait(false);
                members ??= await AskAsync(broker, cancellation).ConfigureAwait(false);
            }
            catch (Exception cause) when (Failures.IsPassing(cause))
            {
                // The next one may know.
            }
        }

        return members;
    }

    /// <summary>A broker that does not know this member, having started anew perhaps, is told of it first.</summary>
    private async Task<IReadOnlyList<string>?> AskAsync(BrokerClient broker, CancellationToken cancellation)
    {
        for (int attempt = 0; attempt < 2; attempt++)
        {
            try
            {
                IReadOnlyList<string> members = await broker.GetMembersAsync(options.Group, cancellation)
                    .ConfigureAwait(false);
                if (members.Contains(client.Options.ClientId))
                    return members;
            }
            catch (RemotingException)
            {
                // It knows of no members.
            }

            await client.Heartbeats.SendAsync(broker).ConfigureAwait(false);
        }

        return null;
    }
}
