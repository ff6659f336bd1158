using Microsoft.Extensions.Logging;
using OrleansMq.Broker.Clustering;
using OrleansMq.Grains.Clusters;
using OrleansMq.Grains.Diagnostics;

namespace OrleansMq.Grains.Brokers;

/// <summary>Brings a view up to date, with one question to the cluster at a time. Thread-safe.</summary>
internal sealed class ViewRefresher(ClusterView view, IGrainFactory grains, ILogger logger) : IDisposable
{
    private readonly SemaphoreSlim _asking = new(1);

    /// <summary>Shows changes, and asks for those before them if they were missed.</summary>
    public Task FollowAsync(DirectoryChanges changes) =>
        view.TryFollow(changes) ? Task.CompletedTask : RefreshAsync(changes.Version);

    /// <summary>Asks for what changed, unless a version is shown already.</summary>
    public async Task RefreshAsync(long atLeast = long.MaxValue)
    {
        await _asking.WaitAsync().ConfigureAwait(false);
        try
        {
            if (view.Version >= atLeast)
                return;

            IClusterGrain cluster = grains.GetGrain<IClusterGrain>(IClusterGrain.Key);
            view.TryFollow(await cluster.ChangesSince(view.Version).ConfigureAwait(false));
        }
        finally
        {
            _asking.Release();
        }
    }

    /// <summary>Asks for whatever changed; a failure is only noted.</summary>
    public async Task TryRefreshAsync()
    {
        try
        {
            await RefreshAsync().ConfigureAwait(false);
        }
#pragma warning disable CA1031 // The view stays as it is and is asked for again.
        catch (Exception cause)
#pragma warning restore CA1031
        {
            logger.ViewNotRefreshed(view.Version, cause.Message);
        }
    }

    public void Dispose() => _asking.Dispose();
}
