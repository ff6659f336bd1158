using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using OrleansMq.Broker.Clustering;
using OrleansMq.Gateway.Hosting;
using OrleansMq.Grains.Diagnostics;
using OrleansMq.Tunnels;

namespace OrleansMq.Grains.Tunnels;

/// <summary>The tunnels of a silo. Those whose client is silent for too long are closed. Thread-safe.</summary>
internal sealed class TunnelTable : IDisposable
{
    private const int SweepsPerLease = 4;

    private readonly ConcurrentDictionary<long, Tunnel> _tunnels = new();
    private readonly TunnelOptions _options;
    private readonly TunnelLimits _limits;
    private readonly TimeProvider _time;
    private readonly ILogger<TunnelTable> _logger;
    private readonly ITimer _sweep;

    public TunnelTable(BrokerSettings settings, TimeProvider time, ILogger<TunnelTable> logger)
    {
        _options = settings.Cluster.Tunnels;
        _limits = new TunnelLimits(_options);
        _time = time;
        _logger = logger;
        TimeSpan interval = _options.Lease / SweepsPerLease;
        _sweep = time.CreateTimer(static table => ((TunnelTable)table!).Sweep(), this, interval, interval);
    }

    /// <summary>How many are open.</summary>
    public int Count => _tunnels.Count;

    /// <summary>Opens a tunnel to the broker of this silo.</summary>
    public TunnelOpening Open(BrokerHost host)
    {
        string broker = host.Node.Identity.BrokerName;
        if (_tunnels.Count >= _options.MaxTunnels)
        {
            return Refuse(
                broker, $"it has {_options.MaxTunnels} of them, which is the limit ({TunnelOptions.Section}:" +
                $"{nameof(TunnelOptions.MaxTunnels)})");
        }

        try
        {
            var tunnel = new Tunnel(broker, host.Connect(), _limits, _time);
            long id;
            do
            {
                // By chance, so that a client that is late cannot mistake another's tunnel for its own.
                id = Random.Shared.NextInt64(1, long.MaxValue);
            }
            while (!_tunnels.TryAdd(id, tunnel));
            return new TunnelOpening(TunnelStatus.Open, id, null);
        }
        catch (IOException cause)
        {
            return Refuse(broker, cause.Message);
        }
    }

    /// <summary>A tunnel; null when it is not there.</summary>
    public Tunnel? Find(long id) => _tunnels.GetValueOrDefault(id);

    /// <summary>Closes a tunnel, if it is there.</summary>
    public void Close(long id)
    {
        if (_tunnels.TryRemove(id, out Tunnel? tunnel))
            tunnel.Break("its client closed it");
    }

    public void Dispose()
    {
        _sweep.Dispose();
        foreach (long id in _tunnels.Keys)
            Close(id);
    }

    private TunnelOpening Refuse(string broker, string problem)
    {
        _logger.TunnelRefused(broker, problem);
        return new TunnelOpening(TunnelStatus.Refused, 0, problem);
    }

    private void Sweep()
    {
        foreach ((long id, Tunnel tunnel) in _tunnels)
        {
            TimeSpan silence = tunnel.Silence;
            if (silence < _options.Lease || !_tunnels.TryRemove(id, out _))
                continue;
            tunnel.Break($"its client has not read it for {silence}");
            _logger.TunnelAbandoned(tunnel.Broker, silence);
        }
    }
}
