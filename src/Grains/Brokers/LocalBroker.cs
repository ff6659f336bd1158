using Microsoft.Extensions.Logging;
using OrleansMq.Broker.Clustering;
using OrleansMq.Gateway.Hosting;
using OrleansMq.Grains.Clusters;
using OrleansMq.Grains.ControlPlanes;
using OrleansMq.Grains.Hosting;
using OrleansMq.Grains.Transactions;

namespace OrleansMq.Grains.Brokers;

/// <summary>
/// The broker of this silo: opened before the silo takes calls, in the cluster once the silo is active.
/// </summary>
internal sealed class LocalBroker(
    BrokerSettings settings, IGrainFactory grains, SiloLiveness liveness, ILocalSiloDetails silo, TimeProvider time,
    ILoggerFactory loggers) : ISiloBroker, IAsyncDisposable
{
    private readonly ILogger _logger = loggers.CreateLogger("OrleansMq.Cluster");
    private readonly DecisionCaller _caller =
        new(settings.Cluster, time, loggers.CreateLogger("OrleansMq.Cluster"));

    private CancellationTokenSource _stopping = new();
    private Task _working = Task.CompletedTask;
    private bool _isJoined;
    private volatile RunningBroker? _running;
    private volatile ClusterView? _view;
    private volatile ViewRefresher? _refresher;

    public BrokerSettings Settings { get; private set; } = settings;

    /// <summary>The broker; null while it is closed.</summary>
    public RunningBroker? Running => _running;

    public BrokerHost Host => _running?.Host ?? throw new InvalidOperationException("The broker is not open.");

    /// <summary>What this silo knows of the cluster; stays when the broker is closed.</summary>
    public ClusterView View => _view
        ?? throw new InvalidOperationException("The silo takes calls before its broker was opened.");

    /// <summary>Opens the store.</summary>
    public void Open()
    {
        BrokerHost host = BrokerHost.Open(Settings, time, loggers);
        Watch(new ClusterView(host.Node, liveness.IsAlive));
        var running = new RunningBroker(host, View, _refresher!);
        var checkers = new CheckerCaller(running, grains, Settings.Cluster, time, _logger);
        var clients = new ClusterClients(running, grains, Settings.Cluster, time, _logger);
        var peers = new TransactionPeers(
            View, Settings.Broker.BrokerName, _caller, grains, Settings.Cluster, time, _logger);
        host.Node.ControlPlane = new ClusterControlPlane(_caller, checkers, clients, peers, running, grains);
        _running = running;
    }

    /// <summary>Makes the broker known to the cluster, comes to terms with it, and lets clients in.</summary>
    public async Task JoinAsync(CancellationToken cancellationToken)
    {
        RunningBroker running = _running!;
        await new ClusterEntry(running, grains, silo.SiloAddress, _logger).EnterAsync(cancellationToken)
            .ConfigureAwait(false);
        _isJoined = true;
        try
        {
            running.Host.Listen();
        }
        catch
        {
            await LeaveAsync().ConfigureAwait(false);
            throw;
        }

        _stopping = new CancellationTokenSource();
        _working = Task.WhenAll(
            new OffsetReporter(running, grains, Settings.Cluster, time, _logger).RunAsync(_stopping.Token),
            new ViewKeeper(running, Settings.Cluster, time, _logger).RunAsync(_stopping.Token));
    }

    /// <summary>
    /// Lets nobody in any more, and reports what is to be reported. The broker serves grains until closed.
    /// </summary>
    public async Task LeaveAsync()
    {
        if (_running is not { } running || !_isJoined)
            return;

        _isJoined = false;
        await running.Host.StopListeningAsync().ConfigureAwait(false);
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _working.ConfigureAwait(false);
        try
        {
            IClusterGrain cluster = grains.GetGrain<IClusterGrain>(IClusterGrain.Key);
            string address = silo.SiloAddress.ToParsableString();
            await _caller.CallAsync(() => cluster.Release(Settings.Broker.BrokerName, address)).ConfigureAwait(false);
        }
        catch (UndecidedException)
        {
            // Noted by the caller. The broker counts as away once the silo is dead.
        }
    }

    /// <summary>Closes the store once the calls that use it have ended.</summary>
    public async Task CloseAsync()
    {
        if (Interlocked.Exchange(ref _running, null) is not { } running)
            return;

        // Others still send calls for brokers here, and are told where those are.
        Watch(new ClusterView(null, liveness.IsAlive));
        await running.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Asks for whatever changed in the cluster; a failure leaves the view as it is.</summary>
    public Task RefreshViewAsync() => _refresher?.TryRefreshAsync() ?? Task.CompletedTask;

    /// <summary>Runs another broker, or the same one anew, after it was closed.</summary>
    public async Task RestartAsync(BrokerSettings settings, CancellationToken cancellationToken)
    {
        Settings = settings;
        Open();
        await JoinAsync(cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await LeaveAsync().ConfigureAwait(false);
        await CloseAsync().ConfigureAwait(false);
        _stopping.Dispose();
        _refresher?.Dispose();
    }

    private void Watch(ClusterView view)
    {
        _view = view;
        _refresher = new ViewRefresher(view, grains, _logger);
    }
}
