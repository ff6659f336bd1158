using System.Collections.Concurrent;
using OrleansMq.Client.Transports;

namespace OrleansMq.Client.Brokers;

/// <summary>
/// One connection to each broker that is used, made when it is first needed and again when it is needed after it ended.
/// A broker that cannot be reached is left alone for a while, and whoever wants it is told at once. Thread-safe.
/// </summary>
internal sealed class BrokerConnections(ClientOptions options, BrokerRequests requests) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Slot> _slots = new(StringComparer.Ordinal);
    private volatile bool _isDisposed;

    /// <summary>
    /// What is to be done with a new connection before it is used. Its failure counts as the connection's.
    /// </summary>
    public Func<BrokerClient, Task>? Introduce { get; set; }

    /// <summary>The connections that are open.</summary>
    public IEnumerable<BrokerClient> Open =>
        _slots.Values.Select(slot => slot.Current).OfType<BrokerClient>().Where(client => client.Connection.IsOpen);

    /// <summary>The connection to a broker, made if need be.</summary>
    /// <exception cref="ConnectionLostException">It cannot be reached, or could not a moment ago.</exception>
    public ValueTask<BrokerClient> GetAsync(BrokerAddress broker, CancellationToken cancellation)
    {
        Slot slot = SlotOf(broker);
        return slot.Current is { Connection.IsOpen: true } client
            ? new ValueTask<BrokerClient>(client)
            : new ValueTask<BrokerClient>(ConnectAsync(slot, broker, cancellation));
    }

    /// <summary>Ends all connections; calls without an answer fail.</summary>
    public async ValueTask DisposeAsync()
    {
        _isDisposed = true;
        foreach (Slot slot in _slots.Values)
        {
            Task? connecting;
            lock (slot)
                connecting = slot.Connecting;
            if (connecting is not null)
                await connecting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (slot.Current is { } client)
                await client.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>
    /// A broker that was reached by its address alone needs no second connection once its name is known. Otherwise the
    /// name counts too: behind a transport that is no network, brokers of several machines may have one address.
    /// </summary>
    private Slot SlotOf(BrokerAddress broker) => _slots.TryGetValue(broker.Address, out Slot? slot)
        ? slot
        : _slots.GetOrAdd(broker.ToString(), static _ => new Slot());

    /// <summary>
    /// One attempt at a time, for all who want the broker; nobody's cancellation ends it for the others.
    /// </summary>
    private Task<BrokerClient> ConnectAsync(Slot slot, BrokerAddress broker, CancellationToken cancellation)
    {
        Task<BrokerClient> connecting;
        lock (slot)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, typeof(OrleansMqClient));
            if (slot.Current is { Connection.IsOpen: true } client)
                return Task.FromResult(client);
            if (slot.Connecting is not { IsCompleted: false })
            {
                if (RestOf(slot) is { } rest && rest > TimeSpan.Zero)
                    return Task.FromException<BrokerClient>(Unreachable(slot, broker));
                slot.Connecting = Task.Run(() => AttemptAsync(slot, broker), CancellationToken.None);
            }

            connecting = slot.Connecting;
        }

        return connecting.WaitAsync(cancellation);
    }

    private async Task<BrokerClient> AttemptAsync(Slot slot, BrokerAddress broker)
    {
        BrokerClient? client = null;
        try
        {
            client = await BrokerClient.ConnectAsync(options.Transport, broker, options).ConfigureAwait(false);
            client.RequestHandler = request => requests.AnswerAsync(client, request);
            client.GroupChanged += requests.RaiseGroupChanged;
            if (Introduce is { } introduce)
                await introduce(client).ConfigureAwait(false);
            lock (slot)
            {
                slot.Failures = 0;
                slot.LastFailure = null;
                slot.Current = client;
            }

            return client;
        }
        catch (Exception cause)
        {
            if (client is not null)
                await client.DisposeAsync().ConfigureAwait(false);
            lock (slot)
            {
                slot.Failures++;
                slot.LastFailure = cause;
                slot.FailedAt = options.Time.GetTimestamp();
            }

            throw Failures.IsOfBroker(cause) ? Unreachable(slot, broker) : cause;
        }
    }

    private TimeSpan? RestOf(Slot slot)
    {
        if (slot.Failures == 0)
            return null;

        double delay = options.ReconnectDelay.TotalMilliseconds * Math.Pow(2, Math.Min(slot.Failures - 1, 30));
        return TimeSpan.FromMilliseconds(Math.Min(delay, options.MaxReconnectDelay.TotalMilliseconds))
            - options.Time.GetElapsedTime(slot.FailedAt);
    }

    private static ConnectionLostException Unreachable(Slot slot, BrokerAddress broker) => new(
        $"The broker {broker} cannot be reached ({slot.Failures} attempts): {slot.LastFailure?.Message}",
        slot.LastFailure);

    private sealed class Slot
    {
        public volatile BrokerClient? Current;

        public Task<BrokerClient>? Connecting;

        public int Failures;

        public long FailedAt;

        public Exception? LastFailure;
    }
}
