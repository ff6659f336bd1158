using System.Collections.Concurrent;
using OrleansMq.Protocol.Bodies;

namespace OrleansMq.Client.Brokers;

/// <summary>
/// Tells every connected broker that the client lives, that it produces, and what it consumes: as a connection is made,
/// when that changes, and from time to time. A broker that does not answer is taken for gone. Thread-safe.
/// </summary>
internal sealed class Heartbeats(BrokerConnections connections, ClientOptions options) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Func<ConsumerData>> _members = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private Task? _beating;
    private bool _isDisposed;

    /// <summary>Begins to tell brokers of this client. It costs nothing before.</summary>
    public void Start()
    {
        lock (_gate)
            _beating ??= BeatAsync();
    }

    /// <summary>Makes the client a member of a consumer group, and tells all brokers.</summary>
    /// <param name="group">The group.</param>
    /// <param name="describe">What the member consumes now; asked at each heartbeat.</param>
    /// <exception cref="InvalidOperationException">The client is a member already.</exception>
    public async Task JoinAsync(string group, Func<ConsumerData> describe)
    {
        if (!_members.TryAdd(group, describe))
        {
            throw new InvalidOperationException(
                $"This client consumes for the group '{group}' already. Give a second consumer of the group a "
                + "client of its own.");
        }

        Start();
        await SendToAllAsync().ConfigureAwait(false);
    }

    /// <summary>Takes the client out of a consumer group; brokers that cannot be told find out by themselves.</summary>
    public async Task LeaveAsync(string group)
    {
        _members.TryRemove(group, out _);
        foreach (BrokerClient broker in connections.Open)
        {
            try
            {
                await broker.LeaveGroupAsync(group).ConfigureAwait(false);
            }
            catch (Exception cause) when (Failures.IsOfBroker(cause))
            {
                // It takes the client out when the connection ends, or when it hears nothing more.
            }
        }
    }

    /// <summary>Tells one broker.</summary>
    public Task SendAsync(BrokerClient broker) => _beating is null
        ? Task.CompletedTask
        : broker.HeartbeatAsync(_members.Values.Select(describe => describe()));

    /// <summary>Tells all connected brokers; those that do not answer lose their connection.</summary>
    public async Task SendToAllAsync()
    {
        foreach (BrokerClient broker in connections.Open)
        {
            try
            {
                await SendAsync(broker).ConfigureAwait(false);
            }
            catch (Exception cause) when (Failures.IsOfConnection(cause))
            {
                await broker.DisposeAsync().ConfigureAwait(false);
            }
            catch (RemotingException)
            {
                // It lives; whoever needs what it refused is told when it asks for it.
            }
        }
    }

    /// <summary>Stops telling brokers.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, true))
            return;
        await _stopping.CancelAsync().ConfigureAwait(false);
        if (_beating is not null)
            await _beating.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private async Task BeatAsync()
    {
        using var timer = new PeriodicTimer(options.HeartbeatInterval, options.Time);
        while (await timer.WaitForNextTickAsync(_stopping.Token).ConfigureAwait(false))
            await SendToAllAsync().ConfigureAwait(false);
    }
}
