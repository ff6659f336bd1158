using Microsoft.Extensions.Logging.Abstractions;
using OrleansMq.Client.InProcess;
using OrleansMq.Client.Receiving;
using OrleansMq.Client.Sending;
using OrleansMq.Client.Transports;
using OrleansMq.Gateway.Hosting;
using OrleansMq.Protocol.Bodies;

namespace OrleansMq.Client.Tests.InProcess;

/// <summary>A whole broker in the test's process, with and without a socket.</summary>
public sealed class InProcessTransportTests : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("omq-").FullName;
    private BrokerHost _host = null!;

    public Task InitializeAsync()
    {
        var settings = new BrokerSettings();
        settings.Broker.BrokerName = "here";
        settings.Store.Directory = _directory;
        settings.Store.CommitLogFileBytes = 4 * 1024 * 1024;
        settings.Store.MaxMessageBytes = 1024 * 1024;
        settings.Store.IndexFileSlots = 1_000;
        settings.Store.IndexFileEntries = 4_000;
        settings.Store.DiskCleanRatio = settings.Store.DiskFullRatio = 1;
        settings.Gateway.InProcessOnly = true;
        settings.Gateway.Port = 0;
        settings.Check();
        _host = BrokerHost.Open(settings, TimeProvider.System, NullLoggerFactory.Instance);
        _host.Listen();
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _host.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task SendAndPull_GoThrough_WithoutASocket()
    {
        await using BrokerClient client = await ConnectAsync();
        await client.CreateTopicAsync("orders", 1);
        for (int number = 0; number < 100; number++)
            await client.SendAsync(new Message { Topic = "orders", Body = new[] { (byte)number } });

        PullOutcome pulled = await client.PullAsync(new PullRequest("g", "orders", 0, 0) { MaxMessages = 100 });
        Assert.Null(_host.EndPoint);
        Assert.Equal(Enumerable.Range(0, 100), pulled.Messages.Select(message => (int)message.Body.Span[0]));
    }

    [Fact]
    public async Task HeldPull_IsAnswered_WhenAnotherClientSends()
    {
        await using BrokerClient consumer = await ConnectAsync();
        await using BrokerClient producer = await ConnectAsync();
        await producer.CreateTopicAsync("orders", 1);
        Task<PullOutcome> pulling = consumer.PullAsync(
            new PullRequest("g", "orders", 0, 0) { Wait = TimeSpan.FromSeconds(20) }).AsTask();
        await producer.SendAsync(new Message { Topic = "orders", Body = "x"u8.ToArray() });
        Assert.Single((await pulling.WaitAsync(TimeSpan.FromSeconds(10))).Messages);
    }

    [Fact]
    public async Task Members_AreTold_WhenOneComes_AndWhenItsConnectionEnds()
    {
        await using BrokerClient first = await ConnectAsync(new ClientOptions { ClientId = "first" });
        var changes = new SemaphoreSlim(0);
        first.GroupChanged += _ => changes.Release();
        await first.HeartbeatAsync([new ConsumerData { GroupName = "g" }]);
        BrokerClient second = await ConnectAsync(new ClientOptions { ClientId = "second" });
        await second.HeartbeatAsync([new ConsumerData { GroupName = "g" }]);
        while ((await first.GetMembersAsync("g")).Count != 2)
            Assert.True(await changes.WaitAsync(TimeSpan.FromSeconds(10)));

        await second.DisposeAsync();
        while ((await first.GetMembersAsync("g")).Count != 1)
            Assert.True(await changes.WaitAsync(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task Client_LosesItsConnection_WhenTheBrokerStops()
    {
        await using BrokerClient client = await ConnectAsync();
        await _host.StopListeningAsync();
        await client.Connection.Ended.WaitAsync(TimeSpan.FromSeconds(10));
        await Assert.ThrowsAsync<ConnectionLostException>(() => client.GetRouteAsync("orders"));
        await Assert.ThrowsAsync<IOException>(() => ConnectAsync());
    }

    [Fact]
    public async Task OtherBrokers_AreLeftToTheOtherTransport()
    {
        var others = new RecordingTransport();
        var transport = new InProcessTransport(_host, others);
        Assert.Equal([InProcessTransport.ThisProcess, new("10.0.0.2:9", "elsewhere")], transport.Seeds);

        string own = _host.Node.Identity.AddressText;
        await (await transport.ConnectAsync(new BrokerAddress(own), default)).DisposeAsync();
        await (await transport.ConnectAsync(new BrokerAddress("10.0.0.1:9", "here"), default)).DisposeAsync();
        Assert.Empty(others.Asked);
        await transport.ConnectAsync(new BrokerAddress(own, "elsewhere"), default);
        await transport.ConnectAsync(new BrokerAddress("10.0.0.1:9"), default);
        Assert.Equal([own, "10.0.0.1:9"], others.Asked.Select(broker => broker.Address));
    }

    [Fact]
    public async Task OtherBrokers_AreNamed_WhenThereIsNoOtherTransport()
    {
        var transport = new InProcessTransport(_host);
        IOException refusal = await Assert.ThrowsAsync<IOException>(
            () => transport.ConnectAsync(new BrokerAddress("10.0.0.1:9", "elsewhere"), default).AsTask());
        Assert.Contains("elsewhere (10.0.0.1:9)", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NoBroker_IsAnIOException_AndNothingForTheOthers()
    {
        var others = new RecordingTransport();
        var transport = new InProcessTransport(
            () => throw new InvalidOperationException("The broker is not open."), others);
        await Assert.ThrowsAsync<IOException>(() => transport.ConnectAsync(transport.Seeds[0], default).AsTask());
        Assert.Empty(others.Asked);
        await transport.ConnectAsync(new BrokerAddress("10.0.0.1:9"), default);
        Assert.Single(others.Asked);
    }

    private Task<BrokerClient> ConnectAsync(ClientOptions? options = null)
    {
        var transport = new InProcessTransport(_host);
        return BrokerClient.ConnectAsync(transport, transport.Seeds[0], options);
    }

    private sealed class RecordingTransport : IBrokerTransport
    {
        public List<BrokerAddress> Asked { get; } = [];

        public IReadOnlyList<BrokerAddress> Seeds { get; } = [new("10.0.0.2:9", "elsewhere")];

        public ValueTask<Stream> ConnectAsync(BrokerAddress broker, CancellationToken cancellation)
        {
            Asked.Add(broker);
            return ValueTask.FromResult(Stream.Null);
        }
    }
}
