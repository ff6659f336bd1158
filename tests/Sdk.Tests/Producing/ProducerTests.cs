using OrleansMq.Client;
using OrleansMq.Client.Producing;
using OrleansMq.Client.Receiving;
using OrleansMq.Client.Sending;

namespace OrleansMq.Sdk.Tests.Producing;

public sealed class ProducerTests : IAsyncLifetime
{
    private readonly SdkBroker _broker = SdkBroker.Start();
    private readonly OrleansMqClient _client;
    private readonly Producer _producer;

    public ProducerTests()
    {
        _client = _broker.Connect();
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
    public async Task Send_SaysWhereTheMessageLies_WhenItsTopicIsNew()
    {
        SendReceipt receipt = await _producer.SendAsync("Orders", "created"u8.ToArray());

        ReceivedMessage stored = await ViewAsync(receipt);
        Assert.Equal("created"u8.ToArray(), stored.Body.ToArray());
        Assert.Equal(
            (receipt.Topic, receipt.QueueId, receipt.QueueOffset, receipt.MessageId),
            (stored.Topic, stored.QueueId, stored.QueueOffset, stored.MessageId));
        Assert.Equal((SendStatus.Ok, SendDurability.Process), (receipt.Status, receipt.Durability));
    }

    [Fact]
    public async Task Send_GivesEachItsOwnReceipt_WhenManyAreSentTogether()
    {
        string[] bodies = [.. Enumerable.Range(0, 5_000).Select(number => $"message {number}")];

        IReadOnlyList<SendReceipt> receipts = await _producer.SendAsync(bodies.Select(body => new Message
        {
            Topic = "Orders", Body = System.Text.Encoding.UTF8.GetBytes(body),
        }));

        Assert.Equal(bodies.Length, receipts.Select(receipt => (receipt.QueueId, receipt.QueueOffset)).Distinct().Count());
        Assert.Equal(bodies.Length, receipts.Select(receipt => receipt.MessageId).Distinct().Count());
        foreach (int index in (int[])[0, 1, 2_499, 4_998, 4_999])
        {
            ReceivedMessage stored = await ViewAsync(receipts[index]);
            Assert.Equal(bodies[index], System.Text.Encoding.UTF8.GetString(stored.Body.Span));
            Assert.Equal(
                (receipts[index].QueueId, receipts[index].QueueOffset, receipts[index].MessageId),
                (stored.QueueId, stored.QueueOffset, stored.MessageId));
        }
    }

    [Fact]
    public async Task Send_KeepsTheOrderOfAKey_WhenItsTopicIsNew()
    {
        Task<SendReceipt>[] sends =
        [
            .. Enumerable.Range(0, 3_000).Select(number => _producer.SendAsync(new Message
            {
                Topic = "Orders", OrderingKey = $"customer {number % 3}", Body = BitConverter.GetBytes(number),
            }).AsTask()),
        ];
        SendReceipt[] receipts = await Task.WhenAll(sends);

        for (int key = 0; key < 3; key++)
        {
            SendReceipt[] ofKey = [.. receipts.Where((_, number) => number % 3 == key)];
            Assert.Single(ofKey.Select(receipt => receipt.QueueId).Distinct());
            Assert.Equal(ofKey.Select(receipt => receipt.QueueOffset).Order(), ofKey.Select(receipt => receipt.QueueOffset));
        }
    }

    [Fact]
    public async Task Send_LosesNothingAndKeepsOrder_WhenTheBrokerIsRestarted()
    {
        List<Task<SendReceipt>> sends = [];
        for (int number = 0; number < 400; number++)
        {
            sends.Add(_producer.SendAsync(new Message
            {
                Topic = "Orders", OrderingKey = "one", Body = BitConverter.GetBytes(number),
            }).AsTask());
            if (number == 200)
                await _broker.RestartAsync();
        }

        SendReceipt[] receipts = await Task.WhenAll(sends);
        Assert.Equal(receipts.Select(receipt => receipt.QueueOffset).Order(), receipts.Select(receipt => receipt.QueueOffset));
        ReceivedMessage last = await ViewAsync(receipts[^1]);
        Assert.Equal(399, BitConverter.ToInt32(last.Body.Span));
    }

    [Fact]
    public async Task Send_StoresAll_WhenABrokerTakesLessThanTravelsTogether()
    {
        await using SdkBroker small = SdkBroker.Start(settings => settings.Store.MaxMessageBytes = 16 * 1024);
        await using OrleansMqClient client = small.Connect();
        await using Producer producer = client.CreateProducer();
        await producer.SendAsync("Orders", "first"u8.ToArray());

        IReadOnlyList<SendReceipt> receipts = await producer.SendAsync(
            Enumerable.Range(0, 100).Select(_ => new Message { Topic = "Orders", Body = new byte[1_000] }));

        Assert.Equal(100, receipts.Select(receipt => (receipt.QueueId, receipt.QueueOffset)).Distinct().Count());
    }

    [Fact]
    public async Task Send_FailsWithTheReason_WhenTheBrokerRefusesForGood()
    {
        await using SdkBroker small = SdkBroker.Start(settings => settings.Store.MaxMessageBytes = 16 * 1024);
        await using OrleansMqClient client = small.Connect();
        await using Producer producer = client.CreateProducer();
        byte[] body = new byte[20_000];
        Random.Shared.NextBytes(body);

        SendFailedException failure = await Assert.ThrowsAsync<SendFailedException>(
            () => producer.SendAsync("Orders", body).AsTask());

        Assert.Equal((1, false), (failure.Attempts, failure.MayBeStored));
        Assert.IsType<RemotingException>(failure.InnerException);
    }

    [Theory]
    [InlineData("", null, null)]
    [InlineData("Orders", "a\u0001b", null)]
    [InlineData("Orders", null, "UNIQ_KEY")]
    [InlineData("Orders", null, "")]
    public async Task Send_SaysWhatIsWrong_WhenAMessageCannotBeSent(string topic, string? tag, string? property)
    {
        var message = new Message
        {
            Topic = topic,
            Tag = tag,
            Properties = property is null ? null : new Dictionary<string, string> { [property] = "x" },
        };

        await Assert.ThrowsAsync<ArgumentException>(() => _producer.SendAsync(message).AsTask());
    }

    [Fact]
    public async Task Send_SaysWhatIsWrong_WhenPropertiesAreTooLong()
    {
        var message = new Message
        {
            Topic = "Orders",
            Properties = new Dictionary<string, string> { ["long"] = new string('x', 40_000) },
        };

        ArgumentException refusal = await Assert.ThrowsAsync<ArgumentException>(
            () => _producer.SendAsync(message).AsTask());
        Assert.Contains("40006", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Send_FailsWithinItsTime_WhenNoBrokerIsThere()
    {
        await using var client = new OrleansMqClient("127.0.0.1:1");
        await using Producer producer = client.CreateProducer(
            new ProducerOptions { SendTimeout = TimeSpan.FromMilliseconds(300) });

        SendFailedException failure = await Assert.ThrowsAsync<SendFailedException>(
            () => producer.SendAsync("Orders", default).AsTask());

        Assert.False(failure.MayBeStored);
        Assert.Contains("127.0.0.1:1", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Recall_KeepsADelayedMessageFromBeingDelivered_WhenItIsInTime()
    {
        SendReceipt receipt = await _producer.SendAsync(new Message
        {
            Topic = "Orders", DeliverAt = DateTimeOffset.UtcNow.AddHours(1),
        });

        await _producer.RecallAsync(receipt);

        Assert.NotNull(receipt.RecallHandle);
        await Assert.ThrowsAsync<RemotingException>(() => _producer.RecallAsync(receipt));
    }

    [Fact]
    public async Task Dispose_SettlesAllThatIsUnderWay_WhenMuchIs()
    {
        Producer producer = _client.CreateProducer();
        Task<SendReceipt>[] sends =
            [.. Enumerable.Range(0, 1_000).Select(_ => producer.SendAsync("Orders", new byte[100]).AsTask())];

        await producer.DisposeAsync();

        await Task.WhenAll(sends).WaitAsync(TimeSpan.FromSeconds(5));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => producer.SendAsync("Orders", default).AsTask());
    }

    [Fact]
    public async Task Send_WaitsForRoom_WhenTooMuchIsUnderWay()
    {
        await using Producer producer = _client.CreateProducer(new ProducerOptions { MaxPendingMessages = 2 });

        IReadOnlyList<SendReceipt> receipts = await producer.SendAsync(
            Enumerable.Range(0, 100).Select(_ => new Message { Topic = "Orders" }));

        Assert.Equal(100, receipts.Count);
    }

    private async Task<ReceivedMessage> ViewAsync(SendReceipt receipt)
    {
        await using BrokerClient broker = await BrokerClient.ConnectAsync(_broker.Host.EndPoint!);
        return await broker.ViewAsync(receipt.OffsetMessageId);
    }
}
