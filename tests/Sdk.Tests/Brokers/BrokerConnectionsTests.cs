using System.Collections.Concurrent;
using OrleansMq.Client;
using OrleansMq.Client.Consuming;
using OrleansMq.Client.Producing;
using OrleansMq.Client.Receiving;
using OrleansMq.Client.Transports;

namespace OrleansMq.Sdk.Tests.Brokers;

public sealed class BrokerConnectionsTests
{
    [Fact]
    public async Task Get_TellsBrokersApart_WhenTheyHaveOneAddress()
    {
        await using SdkBroker broker = SdkBroker.Start();
        var transport = new NotingTransport(new SocketTransport(broker.Address));
        await using var client = new OrleansMqClient(new ClientOptions { Transport = transport });

        BrokerClient one = await client.Connections.GetAsync(new BrokerAddress("10.0.0.1:9876", "a"), default);
        BrokerClient other = await client.Connections.GetAsync(new BrokerAddress("10.0.0.1:9876", "b"), default);

        Assert.NotSame(one, other);
        Assert.Equal(["a", "b"], transport.Asked.Select(asked => asked.BrokerName));
    }

    [Fact]
    public async Task Get_KeepsOneConnection_WhenASeedsNameBecomesKnown()
    {
        await using SdkBroker broker = SdkBroker.Start();
        var transport = new NotingTransport(new SocketTransport(broker.Address));
        await using var client = new OrleansMqClient(new ClientOptions { Transport = transport });
        await using Producer producer = client.CreateProducer();

        await producer.SendAsync("Orders", default);

        Assert.Single(transport.Asked);
    }

    [Fact]
    public async Task Consumer_LeavesTheProducerKnown_WhenItStops()
    {
        await using SdkBroker broker = SdkBroker.Start();
        await using OrleansMqClient client = broker.Connect(options => options with { ProducerGroup = "shop" });
        await using Producer producer = client.CreateProducer();
        await producer.SendAsync("Orders", default);
        PushConsumer consumer = client.CreateConsumer(
            new ConsumerOptions
            {
                Group = "billing",
                Subscriptions = new Dictionary<string, MessageFilter> { ["Orders"] = MessageFilter.All },
            },
            (_, _) => ValueTask.FromResult(ConsumeResult.Ack));
        await consumer.StartAsync();

        await consumer.DisposeAsync();

        Assert.NotNull(broker.Host.Node.Producers.FindClient(client.Options.ClientId));
    }

    private sealed class NotingTransport(SocketTransport sockets) : IBrokerTransport
    {
        public ConcurrentQueue<BrokerAddress> Asked { get; } = new();

        public IReadOnlyList<BrokerAddress> Seeds => sockets.Seeds;

        public ValueTask<Stream> ConnectAsync(BrokerAddress broker, CancellationToken cancellation)
        {
            Asked.Enqueue(broker);
            return sockets.ConnectAsync(sockets.Seeds[0], cancellation);
        }
    }
}
