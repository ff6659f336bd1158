using OrleansMq.Client.Routing;
using OrleansMq.Client.Transports;
using OrleansMq.Protocol.Codes;

namespace OrleansMq.Client.Brokers;

/// <summary>
/// Asks a certain broker, wherever it is by now, again and again while it cannot be reached or is busy. For requests
/// that do the same when they are carried out twice. Thread-safe.
/// </summary>
internal static class BrokerCalls
{
    /// <summary>The connection to a broker that has queues of a topic.</summary>
    /// <exception cref="ConnectionLostException">No route leads there now, or it cannot be reached.</exception>
    public static async ValueTask<BrokerClient> ConnectAsync(
        this OrleansMqClient client, string topic, string brokerName, CancellationToken cancellation)
    {
        TopicRoute? route = await client.Routes.FindAsync(topic, cancellation).ConfigureAwait(false);
        BrokerAddress address = route?.FindBroker(brokerName) ?? throw new ConnectionLostException(
            $"No route leads to the broker '{brokerName}' of the topic '{topic}' now.", null);
        return await client.Connections.GetAsync(address, cancellation).ConfigureAwait(false);
    }

    /// <summary>Asks until there is an answer, or the time is over.</summary>
    /// <param name="client">The client.</param>
    /// <param name="topic">A topic that the broker has queues of.</param>
    /// <param name="brokerName">The broker.</param>
    /// <param name="call">Asks it once.</param>
    /// <param name="patience">How long to try.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<T> RetryAsync<T>(
        this OrleansMqClient client, string topic, string brokerName, Func<BrokerClient, Task<T>> call,
        TimeSpan patience, CancellationToken cancellation)
    {
        TimeProvider time = client.Options.Time;
        long began = time.GetTimestamp();
        TimeSpan delay = client.Options.ReconnectDelay;
        while (true)
        {
            try
            {
                BrokerClient broker = await client.ConnectAsync(topic, brokerName, cancellation).ConfigureAwait(false);
                return await call(broker).ConfigureAwait(false);
            }
            catch (Exception cause) when (
                MayPass(cause) && time.GetElapsedTime(began) + delay < patience
                && !cancellation.IsCancellationRequested)
            {
                client.Routes.Invalidate(topic);
            }

            await Task.Delay(delay, time, cancellation).ConfigureAwait(false);
            delay = delay * 2 < client.Options.MaxReconnectDelay ? delay * 2 : client.Options.MaxReconnectDelay;
        }
    }

    /// <summary>Whether the same may succeed a little later.</summary>
    public static bool MayPass(Exception cause) => Failures.IsOfConnection(cause) || cause is RemotingException
    {
        Code: ResponseCode.SystemBusy or ResponseCode.ServiceNotAvailable or ResponseCode.FlowControl
            or ResponseCode.NotLeaderForQueue or ResponseCode.GoAway,
    };
}
