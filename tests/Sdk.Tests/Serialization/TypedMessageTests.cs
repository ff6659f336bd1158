using System.Text;
using OrleansMq.Client;
using OrleansMq.Client.Consuming;
using OrleansMq.Client.Producing;
using OrleansMq.Client.Receiving;
using OrleansMq.Client.Sending;
using OrleansMq.Client.Serialization;

namespace OrleansMq.Sdk.Tests.Serialization;

public sealed class TypedMessageTests : IAsyncLifetime
{
    private static readonly JsonMessageSerializer Serializer = new(OrderJson.Default);

    private readonly SdkBroker _broker = SdkBroker.Start();
    private readonly OrleansMqClient _client;
    private readonly Producer _producer;

    public TypedMessageTests()
    {
        _client = _broker.Connect(options => options with { Serializer = Serializer });
        _producer = _client.CreateProducer();
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _producer.DisposeAsync();
        await _client.DisposeAsync();
        await _broker.DisposeAsync();
    }

    [Fact]
    public async Task Send_StoresAValueWithItsContentType()
    {
        ReceivedMessage stored = await ViewAsync(await _producer.SendAsync("Orders", new Order(7, "Ada")));

        Assert.Equal("""{"id":7,"customer":"Ada"}""", Encoding.UTF8.GetString(stored.Body.Span));
        Assert.Equal("application/json", stored.ContentType);
        Assert.Equal(new Order(7, "Ada"), stored.Read<Order>(Serializer));
    }

    [Fact]
    public async Task Send_StoresBytesAsTheyAre_WithoutAProperty()
    {
        ReceivedMessage stored = await ViewAsync(await _producer.SendAsync("Orders", "\"x"u8.ToArray()));

        Assert.Equal("\"x"u8.ToArray(), stored.Body.ToArray());
        Assert.Null(stored.ContentType);
    }

    [Fact]
    public async Task Send_KeepsTheEnvelope()
    {
        ReceivedMessage stored = await ViewAsync(await _producer.SendAsync(
            new Message
            {
                Topic = "Orders", Tag = "created", Keys = "7",
                Properties = new Dictionary<string, string> { ["region"] = "eu" },
            },
            new Order(7, "Ada")));

        Assert.Equal(("created", "7", "eu"), (stored.Tag, stored.Keys, stored.Properties["region"]));
        Assert.Equal("application/json", stored.ContentType);
    }

    [Fact]
    public void ToMessage_KeepsEveryMemberOfTheEnvelope()
    {
        var envelope = new Message
        {
            Topic = "Orders", Tag = "tag", Keys = "keys", UniqueKey = "unique", OrderingKey = "key", Flag = 3,
            DelayLevel = 4, DeliverAt = DateTimeOffset.UnixEpoch,
        };

        Message message = TypedSends.ToMessage(envelope, "text", Serializer);

        foreach (System.Reflection.PropertyInfo member in typeof(Message).GetProperties()
            .Where(member => member.Name is not (nameof(Message.Body) or nameof(Message.Properties))))
        {
            Assert.NotEqual(member.PropertyType.IsValueType ? Activator.CreateInstance(member.PropertyType) : null, member.GetValue(envelope));
            Assert.Equal(member.GetValue(envelope), member.GetValue(message));
        }

        Assert.Equal("text"u8.ToArray(), message.Body.ToArray());
    }

    [Fact]
    public async Task Handler_GetsTheValue()
    {
        Order? seen = null;
        MessageHandler<Order> handler = (order, _, _) =>
        {
            seen = order;
            return ValueTask.FromResult(ConsumeResult.Ack);
        };
        ReceivedMessage stored = await ViewAsync(await _producer.SendAsync("Orders", new Order(7, "Ada")));

        ConsumeResult result = await handler.Untyped(Serializer)(stored, CancellationToken.None);

        Assert.Equal((ConsumeResult.Ack, new Order(7, "Ada")), (result, seen));
    }

    [Fact]
    public async Task Handler_IsSparedWhatCannotBeRead_AndItBecomesADeadLetter()
    {
        MessageHandler<Order> handler = (_, _, _) => throw new InvalidOperationException("must not be called");
        ReceivedMessage stored = await ViewAsync(await _producer.SendAsync("Orders", "no json"u8.ToArray()));

        ConsumeResult result = await handler.Untyped(Serializer)(stored, CancellationToken.None);

        Assert.Equal(ConsumeAction.DeadLetter, result.Action);
        Assert.Contains("no JSON of Order", result.Reason, StringComparison.Ordinal);
    }

    private async Task<ReceivedMessage> ViewAsync(SendReceipt receipt)
    {
        await using BrokerClient broker = await BrokerClient.ConnectAsync(_broker.Host.EndPoint!);
        return await broker.ViewAsync(receipt.OffsetMessageId);
    }
}
