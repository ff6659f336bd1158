using OrleansMq.Broker.ClientCalls;
using OrleansMq.Broker.ConsumerGroups;

namespace OrleansMq.Broker.Clustering;

/// <summary>
/// The clients of a cluster, whichever broker they are connected to. Thread-safe; nothing here throws because a client
/// or a broker is gone.
/// </summary>
public interface IClusterClients
{
    /// <summary>Calls a client and waits for its answer.</summary>
    ValueTask<ClientAnswer> CallAsync(ClientChannel channel, ClientCall call, TimeSpan timeout);

    /// <summary>Tells a client something that it does not answer; false when the channel is known to be gone.</summary>
    ValueTask<bool> TellAsync(ClientChannel channel, ClientCall call);

    /// <summary>
    /// Where the producer with this client id is connected, this broker first; null when it is nowhere.
    /// </summary>
    ValueTask<ClientChannel?> FindProducerAsync(string clientId);
}
