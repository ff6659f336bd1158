using OrleansMq.Broker.Clustering;
using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Grains.Transactions;

namespace OrleansMq.Grains.Brokers;

/// <summary>
/// A broker as the cluster's grains speak to it. The key is its name; it runs on the silo that owns its log.
/// </summary>
[Alias("OrleansMq.Broker")]
public interface IBrokerGrain : IGrainWithStringKey
{
    /// <summary>Shows changes of brokers, topics and groups.</summary>
    [Alias("Follow")]
    Task Follow(DirectoryChanges changes);

    /// <summary>Shows the members of a group.</summary>
    [Alias("Show")]
    Task Show(GroupSnapshot members);

    /// <summary>Closes a client's connection.</summary>
    [Alias("CloseChannel")]
    Task CloseChannel(ClientChannel channel, string reason);

    /// <summary>Calls a client that is connected to this broker, and waits for its answer.</summary>
    [Alias("CallClient")]
    Task<ClientResponse> CallClient(long channelId, ClientRequest request, TimeSpan timeout);

    /// <summary>Tells such a client something that it does not answer; false when it is gone.</summary>
    [Alias("TellClient")]
    Task<bool> TellClient(long channelId, ClientRequest request);

    /// <summary>The connection of the producer with this client id; −1 when it has none here.</summary>
    [Alias("FindProducer")]
    Task<long> FindProducer(string clientId);

    /// <summary>Whether a producer of a group is connected here now.</summary>
    [Alias("HasProducer")]
    Task<bool> HasProducer(string group);

    /// <summary>Asks one of the group's producers here what became of a transaction; whether there was one.</summary>
    [Alias("AskProducer")]
    Task<bool> AskProducer(ProducerQuestion question);
}
