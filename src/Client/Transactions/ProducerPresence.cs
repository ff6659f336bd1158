using OrleansMq.Client.Brokers;
using OrleansMq.Client.Transports;

namespace OrleansMq.Client.Transactions;

/// <summary>
/// Keeps a connection to every broker of the cluster, so that each can ask about transactions though nothing is sent.
/// Brokers that come later are found as often as routes are asked for.
/// </summary>
internal sealed class ProducerPresence(OrleansMqClient client) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private Task _keeping = Task.CompletedTask;

    /// <summary>Connects to the brokers.</summary>
    /// <exception cref="ConnectionLostException">None of them can be reached.</exception>
    public async Task StartAsync(CancellationToken cancellation)
    {
        client.Heartbeats.Start();
        IReadOnlyList<BrokerClient> connected = await ConnectAsync(cancellation).ConfigureAwait(false);

        // Those that were connected before know nothing of the producer group.
        await client.Heartbeats.SendToAllAsync().ConfigureAwait(false);
        _keeping = Task.Run(() => KeepAsync(connected), CancellationToken.None);
    }

    /// <summary>Keeps connections no longer.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _keeping.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private async Task KeepAsync(IReadOnlyList<BrokerClient> connected)
    {
        ClientOptions options = client.Options;
        TimeSpan delay = options.ReconnectDelay;
        while (true)
        {
            if (connected.Count > 0 && connected.All(broker => broker.Connection.IsOpen))
            {
                delay = options.ReconnectDelay;
                Task ended = Task.WhenAny(connected.Select(broker => broker.Connection.Ended));
                await ended.WaitAsync(options.RouteRefreshInterval, options.Time, _stopping.Token)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                _stopping.Token.ThrowIfCancellationRequested();
            }
            else
            {
                await Task.Delay(delay, options.Time, _stopping.Token).ConfigureAwait(false);
                delay = delay * 2 < options.MaxReconnectDelay ? delay * 2 : options.MaxReconnectDelay;
            }

            try
            {
                connected = await ConnectAsync(_stopping.Token).ConfigureAwait(false);
            }
            catch (Exception cause) when (Failures.IsOfBroker(cause))
            {
                connected = [];
            }
        }
    }

    /// <summary>The connections to those brokers that can be reached; at least one.</summary>
    private async Task<IReadOnlyList<BrokerClient>> ConnectAsync(CancellationToken cancellation)
    {
        IReadOnlyList<BrokerAddress> brokers = await client.FindBrokersAsync(cancellation).ConfigureAwait(false);
        var connected = new List<BrokerClient>();
        Exception? failure = null;
        foreach (BrokerAddress broker in brokers)
        {
            try
            {
                connected.Add(await client.Connections.GetAsync(broker, cancellation).ConfigureAwait(false));
            }
            catch (Exception cause) when (Failures.IsOfBroker(cause))
            {
                failure = cause;
            }
        }

        return connected.Count > 0 ? connected : throw failure ?? new ConnectionLostException(
            "The cluster has no brokers now.", null);
    }
}
