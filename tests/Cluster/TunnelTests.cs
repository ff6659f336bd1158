using Microsoft.Extensions.DependencyInjection;
using OrleansMq.Client.Orleans;
using OrleansMq.Cluster.Tests.TestCluster;
using OrleansMq.Grains.Tunnels;
using OrleansMq.Protocol.Remoting;
using OrleansMq.Tunnels;

namespace OrleansMq.Cluster.Tests;

/// <summary>What holds for tunnels whatever their clients do.</summary>
public sealed class TunnelTests : IAsyncLifetime
{
    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(5);

    private BrokerCluster _cluster = null!;

    private ITunnelGrain Grain => _cluster.Client.GetGrain<ITunnelGrain>("broker-0");

    private TunnelTable Tunnels =>
        _cluster.SiloOf("broker-0").ServiceProvider.GetRequiredService<TunnelTable>();

    public async Task InitializeAsync() => _cluster = await BrokerCluster.StartAsync(1, settings =>
    {
        settings.Cluster.Tunnels.Lease = TimeSpan.FromMilliseconds(400);
        settings.Cluster.Tunnels.MaxTunnels = 3;
        settings.Gateway.MaxInFlightPerConnection = 1;
    });

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task Tunnel_IsClosed_WhenNobodyReadsIt()
    {
        var transport = new OrleansTransport(_cluster.Client);
        await using Stream stream = await transport.ConnectAsync(OrleansTransport.AnyBroker, default);
        Assert.Equal(1, Tunnels.Count);
        await BrokerCluster.UntilAsync(() => Tunnels.Count == 0);
        IOException lost = await Assert.ThrowsAsync<IOException>(() => stream.ReadAsync(new byte[10]).AsTask());
        Assert.Contains("broker-0", lost.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tunnel_Stays_WhileItIsRead()
    {
        var transport = new OrleansTransport(
            _cluster.Client, new OrleansTransportOptions { Hold = TimeSpan.FromMilliseconds(50) });
        Stream stream = await transport.ConnectAsync(OrleansTransport.AnyBroker, default);
        Task<int> reading = stream.ReadAsync(new byte[10]).AsTask();
        long began = Environment.TickCount64;
        await BrokerCluster.UntilAsync(() => Environment.TickCount64 - began > 1200);
        Assert.Equal((1, false), (Tunnels.Count, reading.IsCompleted));

        await stream.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => reading.WaitAsync(Hold));
        await BrokerCluster.UntilAsync(() => Tunnels.Count == 0);
    }

    [Fact]
    public async Task Open_IsRefused_WhenThereAreTooMany()
    {
        for (int count = 0; count < 3; count++)
            Assert.Equal(TunnelStatus.Open, (await Grain.Open()).Status);
        TunnelOpening refused = await Grain.Open();
        Assert.Equal(TunnelStatus.Refused, refused.Status);
        Assert.Contains("MaxTunnels", refused.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_IsRefused_WhenTheBrokerIsUnknown()
    {
        TunnelOpening refused = await _cluster.Client.GetGrain<ITunnelGrain>("nobody").Open();
        Assert.Equal(TunnelStatus.Refused, refused.Status);
        Assert.Contains("'nobody'", refused.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Write_BreaksTheTunnel_WhenACallBeforeItWasLostOrCameTwice()
    {
        long tunnel = (await Grain.Open()).Tunnel;
        var write = new TunnelWrite(tunnel, 0, new byte[] { 0, 0 }, Hold);
        Assert.Equal(TunnelStatus.Open, (await Grain.Write(write)).Status);
        TunnelReply again = await Grain.Write(write);
        Assert.Equal(TunnelStatus.Broken, again.Status);
        Assert.Contains("was lost", again.Problem, StringComparison.Ordinal);
        Assert.Equal(TunnelStatus.Broken, (await Grain.Write(write with { Position = 2 })).Status);
    }

    [Fact]
    public async Task Read_BreaksTheTunnel_WhenBytesWereLost()
    {
        long tunnel = (await Grain.Open()).Tunnel;
        Assert.Equal(TunnelStatus.Broken, (await Grain.Read(new TunnelRead(tunnel, 1, 100, Hold))).Status);
        Assert.Equal(TunnelStatus.Broken, (await Grain.Read(new TunnelRead(tunnel, 0, 100, Hold))).Status);
    }

    [Fact]
    public async Task Read_EndsTheTunnel_WhenTheBrokerClosedIt()
    {
        long tunnel = (await Grain.Open()).Tunnel;
        await Grain.Write(new TunnelWrite(tunnel, 0, new byte[] { 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0 }, Hold));
        Assert.Equal(TunnelStatus.Closed, (await Grain.Read(new TunnelRead(tunnel, 0, 100, Hold))).Status);
        Assert.Equal(
            TunnelStatus.Closed, (await Grain.Write(new TunnelWrite(tunnel, 8, new byte[] { 0 }, Hold))).Status);
    }

    [Fact]
    public async Task Read_IsEmpty_WhenNothingCame_BeforeAndAfterSomethingDid()
    {
        long tunnel = (await Grain.Open()).Tunnel;
        var read = new TunnelRead(tunnel, 0, 1000, TimeSpan.Zero);
        Assert.Equal((TunnelStatus.Open, 0), StateOf(await Grain.Read(read)));
        using var request = new OutputBuffer();
        new RemotingCommand { Code = 12_345 }.WriteTo(request);
        await Grain.Write(new TunnelWrite(tunnel, 0, request.WrittenSpan.ToArray(), Hold));
        TunnelChunk answer = await Grain.Read(read);
        Assert.NotEqual((TunnelStatus.Open, 0), StateOf(answer));
        Assert.Equal(
            (TunnelStatus.Open, 0), StateOf(await Grain.Read(read with { Position = answer.Bytes.Length })));

        static (TunnelStatus, int) StateOf(TunnelChunk chunk) => (chunk.Status, chunk.Bytes.Length);
    }

    [Fact]
    public async Task Calls_OfAClosedTunnel_AreBroken()
    {
        long tunnel = (await Grain.Open()).Tunnel;
        Task<TunnelChunk> reading = Grain.Read(new TunnelRead(tunnel, 0, 100, Hold));
        await Grain.Close(tunnel);
        await Grain.Close(tunnel);
        Assert.Equal(TunnelStatus.Broken, (await reading.WaitAsync(Hold)).Status);
        Assert.Equal(TunnelStatus.Broken, (await Grain.Read(new TunnelRead(tunnel, 0, 100, Hold))).Status);
        Assert.Equal(TunnelStatus.Broken, (await Grain.Write(new TunnelWrite(tunnel, 0, new byte[1], Hold))).Status);
        Assert.Equal(0, Tunnels.Count);
    }
}
