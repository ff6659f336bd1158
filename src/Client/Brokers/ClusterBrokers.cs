using OrleansMq.Client.Operating;
using OrleansMq.Client.Transports;
using OrleansMq.Protocol.Bodies;

namespace OrleansMq.Client.Brokers;

/// <summary>All brokers of a cluster, found through any of them.</summary>
internal static class ClusterBrokers
{
    private const long LeaderId = 0;

    /// <summary>The brokers that are there now, by name.</summary>
    /// <exception cref="ConnectionLostException">None of the seeds can be reached.</exception>
    public static async Task<IReadOnlyList<BrokerAddress>> FindBrokersAsync(
        this OrleansMqClient client, CancellationToken cancellation)
    {
        (_, ClusterInfo cluster) = await client.AskSeedsAsync(
            broker => new BrokerOperations(broker).GetClusterAsync(cancellation), cancellation).ConfigureAwait(false);
        BrokerAddress[] brokers =
        [
            .. from broker in cluster.Brokers
               where broker.Value.BrokerAddresses.ContainsKey(LeaderId)
               orderby broker.Key
               select new BrokerAddress(broker.Value.BrokerAddresses[LeaderId], broker.Key),
        ];

        // Of one broker the address that was given is known to work.
        IReadOnlyList<BrokerAddress> seeds = client.Options.Transport.Seeds;
        return brokers.Length == 1 && seeds.Count == 1 ? [brokers[0] with { Address = seeds[0].Address }] : brokers;
    }

    /// <summary>Asks the brokers that were given, in turn, until one answers.</summary>
    public static async Task<(BrokerAddress Broker, T Answer)> AskSeedsAsync<T>(
        this OrleansMqClient client, Func<BrokerClient, Task<T>> ask, CancellationToken cancellation)
    {
        IReadOnlyList<BrokerAddress> seeds = client.Options.Transport.Seeds;
        for (int index = 0; ; index++)
        {
            try
            {
                BrokerClient broker = await client.Connections.GetAsync(seeds[index], cancellation)
                    .ConfigureAwait(false);
                return (seeds[index], await ask(broker).ConfigureAwait(false));
            }
            catch (Exception cause) when (Failures.IsOfConnection(cause) && index + 1 < seeds.Count)
            {
                // The next one may be there.
            }
        }
    }
}
