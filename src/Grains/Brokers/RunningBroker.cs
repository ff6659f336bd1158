using Microsoft.Extensions.Logging;
using OrleansMq.Broker.Clustering;
using OrleansMq.Broker.Nodes;
using OrleansMq.Gateway.Hosting;
using OrleansMq.Grains.Clusters;
using OrleansMq.Grains.Diagnostics;

namespace OrleansMq.Grains.Brokers;

/// <summary>
/// A broker while it is open: keeps its view of the cluster fresh. Calls of grains keep it from being closed beneath
/// them. Thread-safe.
/// </summary>
internal sealed class RunningBroker(BrokerHost host, ClusterView view, IGrainFactory grains, ILogger logger)
    : IAsyncDisposable
{
    private readonly SemaphoreSlim _refreshing = new(1);
    private readonly TaskCompletionSource _allEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _calls = 1;

    public BrokerHost Host => host;

    public ClusterView View => view;

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

    /// <summary>Shows changes, and asks for those before them if they were missed.</summary>
    public Task FollowAsync(DirectoryChanges changes) =>
        view.TryFollow(changes) ? Task.CompletedTask : RefreshAsync(changes.Version);

    /// <summary>Asks for what changed, unless a version is shown already.</summary>
    public async Task RefreshAsync(long atLeast)
    {
        await _refreshing.WaitAsync().ConfigureAwait(false);
        try
        {
            if (view.Version >= atLeast)
                return;

            IClusterGrain cluster = grains.GetGrain<IClusterGrain>(IClusterGrain.Key);
            view.TryFollow(await cluster.ChangesSince(view.Version).ConfigureAwait(false));
        }
        finally
        {
            _refreshing.Release();
        }
    }

    /// <summary>Asks for whatever changed; a failure is only noted.</summary>
    public async Task TryRefreshAsync()
    {
        try
        {
            await RefreshAsync(long.MaxValue).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // The view stays as it is and is asked for again.
        catch (Exception cause)
#pragma warning restore CA1031
        {
            logger.ViewNotRefreshed(view.Version, cause.Message);
        }
    }

    /// <summary>Closes the broker once the calls that use it have ended.</summary>
    public async ValueTask DisposeAsync()
    {
        End();
        await _allEnded.Task.ConfigureAwait(false);
        await host.DisposeAsync().ConfigureAwait(false);
        _refreshing.Dispose();
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
