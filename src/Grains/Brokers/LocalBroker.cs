using Microsoft.Extensions.Logging;
using OrleansMq.Broker.Clustering;
using OrleansMq.Gateway.Hosting;
using OrleansMq.Grains.ControlPlanes;
using OrleansMq.Grains.Hosting;

namespace OrleansMq.Grains.Brokers;

/// <summary>The broker of this silo: opened before the silo takes calls, in the cluster once the silo is active.</summary>
internal sealed class LocalBroker(
    BrokerSettings settings, IGrainFactory grains, SiloLiveness liveness, ILocalSiloDetails silo, TimeProvider time,
    ILoggerFactory loggers) : ISiloBroker, IAsyncDisposable
{
    private readonly ILogger _logger = loggers.CreateLogger("OrleansMq.Cluster");
    private CancellationTokenSource _stopping = new();
    private Task _working = Task.CompletedTask;
    private volatile RunningBroker? _running;
    private ClusterView? _view;

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
        _view = new ClusterView(host.Node, liveness.IsAlive);
        var running = new RunningBroker(host, _view, grains, _logger);
        host.Node.ControlPlane = new ClusterControlPlane(
            new DecisionCaller(Settings.Cluster, time, _logger), running, grains);
        _running = running;
    }

    /// <summary>Makes the broker known to the cluster, comes to terms with it, and lets clients in.</summary>
    public async Task JoinAsync(CancellationToken cancellationToken)
    {
        RunningBroker running = _running!;
        await new ClusterEntry(running, grains, silo.SiloAddress, _logger).EnterAsync(cancellationToken)
            .ConfigureAwait(false);
        running.Host.Listen();
        _stopping = new CancellationTokenSource();
        _working = Task.WhenAll(
            new OffsetReporter(running, grains, Settings.Cluster, time, _logger).RunAsync(_stopping.Token),
            new ViewKeeper(running, Settings.Cluster, time, _logger).RunAsync(_stopping.Token));
    }

    /// <summary>Lets nobody in any more, and reports what is to be reported. The broker serves grains until closed.</summary>
    public async Task LeaveAsync()
    {
        if (_running is not { } running)
            return;

        await running.Host.StopListeningAsync().ConfigureAwait(false);
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _working.ConfigureAwait(false);
    }

    /// <summary>Closes the store once the calls that use it have ended.</summary>
    public async Task CloseAsync()
    {
        if (Interlocked.Exchange(ref _running, null) is { } running)
            await running.DisposeAsync().ConfigureAwait(false);
    }

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
    }
}
