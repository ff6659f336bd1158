using OrleansMq.Client.Transports;
using OrleansMq.Tunnels;

namespace OrleansMq.Client.Orleans;

/// <summary>
/// Reaches the brokers of an Orleans cluster through grain calls, from a client of the cluster or from one of its
/// silos; on the broker's own silo no network is used. Thread-safe.
/// </summary>
public sealed class OrleansTransport : IBrokerTransport
{
    /// <summary>While the cluster's views differ about where a broker is, a call is made again.</summary>
    private const int MaxAttempts = 6;

    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(20);

    private readonly IGrainFactory _grains;
    private readonly OrleansTransportOptions _options;
    private readonly GrainCalls _calls;

    /// <summary>Makes a transport.</summary>
    /// <param name="grains">The cluster: a client of it, or what a silo's services have.</param>
    /// <param name="options">Limits and time-outs; null for the defaults.</param>
    /// <exception cref="ArgumentException">An option is wrong.</exception>
    public OrleansTransport(IGrainFactory grains, OrleansTransportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(grains);
        _grains = grains;
        _options = options ?? OrleansTransportOptions.Default;
        _options.Check();
        _calls = new GrainCalls(_options);
    }

    /// <summary>Any broker that is alive: the one of the silo that answers, if it is one, else another.</summary>
    public static BrokerAddress AnyBroker { get; } = new("orleans");

    /// <summary><see cref="AnyBroker"/>: which brokers there are is asked when one is needed.</summary>
    public IReadOnlyList<BrokerAddress> Seeds { get; } = [AnyBroker];

    /// <inheritdoc/>
    public async ValueTask<Stream> ConnectAsync(BrokerAddress broker, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(broker);
        if (broker.BrokerName is not null)
            return await OpenAsync(broker.BrokerName, cancellation).ConfigureAwait(false);

        BrokerPlace[] places = await _calls.WaitAsync(
            _grains.GetGrain<IBrokerListGrain>(IBrokerListGrain.Key).List(), TimeSpan.Zero,
            "The brokers of the cluster were asked for", cancellation).ConfigureAwait(false);
        if (broker != AnyBroker)
            places = [.. places.Where(place => place.Address == broker.Address)];
        if (places.Length == 0)
        {
            throw new IOException(broker == AnyBroker
                ? "No broker of the cluster is alive."
                : $"No broker of the cluster that is alive has the address {broker.Address}.");
        }

        return await OpenAnyAsync(places, cancellation).ConfigureAwait(false);
    }

    private async Task<TunnelStream> OpenAnyAsync(BrokerPlace[] places, CancellationToken cancellation)
    {
        for (int index = 0; ; index++)
        {
            try
            {
                return await OpenAsync(places[index].Name, cancellation).ConfigureAwait(false);
            }
            catch (IOException) when (index + 1 < places.Length)
            {
                // The next one may be better off.
            }
        }
    }

    private async Task<TunnelStream> OpenAsync(string broker, CancellationToken cancellation)
    {
        ITunnelGrain grain = _grains.GetGrain<ITunnelGrain>(broker);
        TimeSpan pause = s_firstPause;
        for (int attempt = 1; ; attempt++)
        {
            TunnelOpening opening = await OpenAsync(grain, broker, cancellation).ConfigureAwait(false);
            if (opening.Status == TunnelStatus.Open)
                return new TunnelStream(grain, opening.Tunnel, broker, _options);
            if (opening.Status != TunnelStatus.Elsewhere || attempt == MaxAttempts)
                throw new IOException($"The broker '{broker}' cannot be reached: {opening.Problem}");
            await Task.Delay(pause, _options.Time, cancellation).ConfigureAwait(false);
            pause *= 2;
        }
    }

    private async Task<TunnelOpening> OpenAsync(ITunnelGrain grain, string broker, CancellationToken cancellation)
    {
        Task<TunnelOpening> opening = grain.Open();
        try
        {
            return await _calls.WaitAsync(
                opening, TimeSpan.Zero, $"The broker '{broker}' cannot be reached", cancellation).ConfigureAwait(false);
        }
        catch
        {
            CloseLate(grain, opening);
            throw;
        }
    }

    /// <summary>A tunnel that is opened after nobody waits for it any more is not left open.</summary>
    private static void CloseLate(ITunnelGrain grain, Task<TunnelOpening> opening) => opening.ContinueWith(
        opened =>
        {
            if (opened.Result.Status == TunnelStatus.Open)
                GrainCalls.Forget(grain.Close(opened.Result.Tunnel));
        },
        CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
}
