using OrleansMq.Broker.Clustering;
using OrleansMq.Broker.Nodes;
using OrleansMq.Gateway.Hosting;

namespace OrleansMq.Grains.Brokers;

/// <summary>
/// A broker while it is open. Calls of grains keep it from being closed beneath them. Thread-safe.
/// </summary>
internal sealed class RunningBroker(BrokerHost host, ClusterView view, ViewRefresher refresher) : IAsyncDisposable
{
    private readonly TaskCompletionSource _allEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _calls = 1;

    public BrokerHost Host => host;

    public ClusterView View => view;

    public ViewRefresher Refresher => refresher;

    /// <summary>Begins a call; the broker stays open until it is disposed.</summary>
    /// <exception cref="InvalidOperationException">The broker is being closed.</exception>
    public Call Begin()
    {
        int calls = Volatile.Read(ref _calls);
        while (calls > 0)
        {
            int seen = Interlocked.CompareExchange(ref _calls, calls + 1, calls);
            if (seen == calls)
                return new Call(this);
            calls = seen;
        }

        throw new InvalidOperationException($"The broker '{host.Node.Identity.BrokerName}' is being stopped.");
    }

    /// <summary>Closes the broker once the calls that use it have ended.</summary>
    public async ValueTask DisposeAsync()
    {
        End();
        await _allEnded.Task.ConfigureAwait(false);
        await host.DisposeAsync().ConfigureAwait(false);
    }

    private void End()
    {
        if (Interlocked.Decrement(ref _calls) == 0)
            _allEnded.SetResult();
    }

    /// <summary>A call that uses the broker. To be disposed once, before the first wait for anything.</summary>
    internal readonly struct Call(RunningBroker broker) : IDisposable
    {
        public BrokerNode Node => broker.Host.Node;

        public void Dispose() => broker.End();
    }
}
