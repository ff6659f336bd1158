using Orleans.Concurrency;
using Orleans.Placement;
using OrleansMq.Grains.Brokers;
using OrleansMq.Grains.Placement;
using OrleansMq.Tunnels;

namespace OrleansMq.Grains.Tunnels;

/// <summary>Has no state: the tunnels belong to the silo, and outlive an activation that was idle.</summary>
[OwnedByBroker, Reentrant, Immovable]
internal sealed class TunnelGrain(LocalBroker broker, TunnelTable tunnels) : OwnedGrain(broker), ITunnelGrain
{
    private const string Unknown = "the silo does not know it: it was closed, or the silo was started anew";

    public async Task<TunnelOpening> Open()
    {
        try
        {
            RunningBroker running = await GetOwnedAsync();
            return await OffTurn(() => Task.FromResult(tunnels.Open(running.Host)));
        }
        catch (WrongSiloException wrong)
        {
            TunnelStatus status = wrong.Owner is null ? TunnelStatus.Refused : TunnelStatus.Elsewhere;
            return new TunnelOpening(status, 0, wrong.Message);
        }
    }

    public Task<TunnelReply> Write(TunnelWrite write) => tunnels.Find(write.Tunnel) is { } tunnel
        ? OffTurn(() => tunnel.WriteAsync(write))
        : Task.FromResult(new TunnelReply(TunnelStatus.Broken, Unknown));

    public Task<TunnelChunk> Read(TunnelRead read) => tunnels.Find(read.Tunnel) is { } tunnel
        ? OffTurn(() => tunnel.ReadAsync(read))
        : Task.FromResult(new TunnelChunk(TunnelStatus.Broken, default, Unknown));

    public Task Close(long tunnel)
    {
        tunnels.Close(tunnel);
        return Task.CompletedTask;
    }

    /// <summary>
    /// The broker may call grains for a request, which must neither count as this grain's calls nor carry its context.
    /// </summary>
    private static Task<T> OffTurn<T>(Func<Task<T>> work)
    {
        using (ExecutionContext.SuppressFlow())
            return Task.Run(work);
    }
}
