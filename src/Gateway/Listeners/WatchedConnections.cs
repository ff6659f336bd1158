using System.Collections.Concurrent;
using OrleansMq.Gateway.Connections;

namespace OrleansMq.Gateway.Listeners;

/// <summary>The open connections that no loop looks after. Thread-safe.</summary>
internal sealed class WatchedConnections
{
    private readonly ConcurrentDictionary<long, Watched> _open = new();
    private readonly Lock _gate = new();
    private bool _isStopping;

    /// <summary>Watches a connection from now on, unless all are being stopped.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="run">Begins to serve it, and completes when it is closed.</param>
    public bool TryAdd(Connection connection, Func<Task> run)
    {
        Task running;
        lock (_gate)
        {
            if (_isStopping)
                return false;
            running = run();
            _open[connection.Id] = new Watched(connection, running);
        }

        _ = ForgetAsync(connection.Id, running);
        return true;
    }

    /// <summary>Closes what is overdue.</summary>
    public void Check(long now)
    {
        foreach (KeyValuePair<long, Watched> entry in _open)
            entry.Value.Connection.Check(now);
    }

    /// <summary>Takes nothing new and closes all, once their requests are answered or the time is over.</summary>
    /// <returns>How many had requests or answers outstanding.</returns>
    public async Task<int> StopAsync(long until)
    {
        lock (_gate)
            _isStopping = true;
        Watched[] open = [.. _open.ToArray().Select(entry => entry.Value)];

        // The oldest first: whoever sees its connection closed knows that no older one takes requests any more.
        foreach (Watched watched in open.OrderBy(watched => watched.Connection.Id))
            watched.Connection.Drain();
        Task all = Task.WhenAll(open.Select(watched => watched.Run));
        var rest = TimeSpan.FromMilliseconds(Math.Max(0, until - Environment.TickCount64));
        await Task.WhenAny(all, Task.Delay(rest)).ConfigureAwait(false);
        int unfinished = 0;
        foreach (KeyValuePair<long, Watched> entry in _open)
        {
            unfinished += entry.Value.Connection.IsUnfinished ? 1 : 0;
            entry.Value.Connection.Close("the gateway stops");
        }

        await all.ConfigureAwait(false);
        return unfinished;
    }

    private async Task ForgetAsync(long id, Task running)
    {
        await running.ConfigureAwait(false);
        _open.TryRemove(id, out _);
    }

    private sealed record Watched(Connection Connection, Task Run);
}
