using System.Diagnostics;
using OrleansMq.Client;
using OrleansMq.Client.Producing;
using OrleansMq.Client.Receiving;
using OrleansMq.Client.Sending;

namespace OrleansMq.Sdk.Tests.Diagnostics;

[Collection(TelemetryCollection.Name)]
public sealed class SendTelemetryTests : IAsyncLifetime
{
    private readonly SdkBroker _broker = SdkBroker.Start();
    private readonly OrleansMqClient _client;
    private readonly Producer _producer;

    public SendTelemetryTests()
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
    public async Task Send_IsASpanBelowTheCurrentOne_WhenSomebodyListens()
    {
        using Listening listening = Listening.Start();
        using Activity request = new Activity("request").Start();

        SendReceipt receipt = await _producer.SendAsync(new Message
        {
            Topic = "Orders", Body = "created"u8.ToArray(), Tag = "created", Keys = "a b", OrderingKey = "customer 7",
        });

        Activity span = Assert.Single(listening.Spans);
        Assert.Equal(("send Orders", ActivityKind.Producer), (span.DisplayName, span.Kind));
        Assert.Equal(request.SpanId, span.ParentSpanId);
        Assert.Equal(ActivityStatusCode.Unset, span.Status);
        Dictionary<string, object?> tags = new(span.TagObjects);
        Assert.Equal("rocketmq", tags["messaging.system"]);
        Assert.Equal(("send", "send"), (tags["messaging.operation.name"], tags["messaging.operation.type"]));
        Assert.Equal("Orders", tags["messaging.destination.name"]);
        Assert.Equal($"{receipt.BrokerName}/{receipt.QueueId}", tags["messaging.destination.partition.id"]);
        Assert.Equal(receipt.MessageId, tags["messaging.message.id"]);
        Assert.Equal(7, tags["messaging.message.body.size"]);
        Assert.Equal("created", tags["messaging.rocketmq.message.tag"]);
        Assert.Equal((string[])["a", "b"], tags["messaging.rocketmq.message.keys"]);
        Assert.Equal(("fifo", "customer 7"), (tags["messaging.rocketmq.message.type"], tags["messaging.rocketmq.message.group"]));
    }

    [Fact]
    public async Task Send_LetsEachMessageCarryItsSpan_WhenManyTravelTogether()
    {
        using Listening listening = Listening.Start();

        IReadOnlyList<SendReceipt> receipts = await _producer.SendAsync(
            Enumerable.Range(0, 100).Select(_ => new Message { Topic = "Orders", Body = "x"u8.ToArray() }));

        Dictionary<string, Activity> spans = listening.Spans.ToDictionary(
            span => (string)span.GetTagItem("messaging.message.id")!);
        foreach (SendReceipt receipt in (SendReceipt[])[receipts[0], receipts[50], receipts[99]])
        {
            ReceivedMessage stored = await ViewAsync(receipt);
            Assert.Equal(spans[receipt.MessageId].Id, stored.Properties["traceparent"]);
            Assert.DoesNotContain("tracestate", stored.Properties.Keys);
        }
    }

    [Fact]
    public async Task Send_CarriesTheTraceState_WhenTheTraceHasOne()
    {
        using Listening listening = Listening.Start();
        using Activity request = new Activity("request") { TraceStateString = "vendor=1" }.Start();

        ReceivedMessage stored = await ViewAsync(await _producer.SendAsync("Orders", "x"u8.ToArray()));

        Assert.Equal("vendor=1", stored.Properties["tracestate"]);
    }

    [Fact]
    public async Task Send_CarriesTheCurrentSpan_WhenItsOwnIsNotSampled()
    {
        using Listening listening = Listening.Start(ActivitySamplingResult.None);
        using Activity request = new Activity("request").Start();

        ReceivedMessage stored = await ViewAsync(await _producer.SendAsync("Orders", "x"u8.ToArray()));

        Assert.Equal(request.Id, stored.Properties["traceparent"]);
        Assert.Empty(listening.Spans);
    }

    [Fact]
    public async Task Send_CarriesNothing_WhenNobodyListens()
    {
        using Activity request = new Activity("request").Start();

        ReceivedMessage stored = await ViewAsync(await _producer.SendAsync("Orders", "x"u8.ToArray()));

        Assert.DoesNotContain("traceparent", stored.Properties.Keys);
    }

    [Fact]
    public async Task Send_KeepsTheApplicationsContext_WhenTheMessageHasOne()
    {
        const string Given = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        using Listening listening = Listening.Start();

        ReceivedMessage stored = await ViewAsync(await _producer.SendAsync(new Message
        {
            Topic = "Orders", Properties = new Dictionary<string, string> { ["traceparent"] = Given },
        }));

        Assert.Equal(Given, stored.Properties["traceparent"]);
        ActivityLink link = Assert.Single(Assert.Single(listening.Spans).Links);
        Assert.Equal("b7ad6b7169203331", link.Context.SpanId.ToHexString());
    }

    [Fact]
    public async Task Send_StoresTheMessage_WhenThereIsNoRoomForItsContext()
    {
        using Listening listening = Listening.Start();
        var properties = new Dictionary<string, string> { ["long"] = new('x', 32_400) };

        ReceivedMessage stored = await ViewAsync(await _producer.SendAsync(
            new Message { Topic = "Orders", Properties = properties }));

        Assert.DoesNotContain("traceparent", stored.Properties.Keys);
        Assert.Equal(32_400, stored.Properties["long"].Length);
    }

    [Fact]
    public async Task Send_LeavesTheCurrentSpanAlone_WhileAndAfterItIsUnderWay()
    {
        using Listening listening = Listening.Start();
        using Activity request = new Activity("request").Start();

        ValueTask<SendReceipt> send = _producer.SendAsync("Orders", "x"u8.ToArray());
        Assert.Same(request, Activity.Current);
        await send;

        Assert.Same(request, Activity.Current);
    }

    [Fact]
    public async Task Send_IsCountedAndTimed_WhenItSucceeds()
    {
        using Listening listening = Listening.Start();

        SendReceipt receipt = await _producer.SendAsync("Orders", "x"u8.ToArray());

        Listening.Measured sent = Assert.Single(listening.Of("messaging.client.sent.messages"));
        Listening.Measured duration = Assert.Single(listening.Of("messaging.client.operation.duration"));
        Assert.Equal(1, sent.Value);
        Assert.InRange(duration.Value, double.Epsilon, 10);
        Assert.Equal(
            new Dictionary<string, object?>
            {
                ["messaging.system"] = "rocketmq",
                ["messaging.operation.name"] = "send",
                ["messaging.operation.type"] = "send",
                ["messaging.destination.name"] = "Orders",
                ["messaging.destination.partition.id"] = $"{receipt.BrokerName}/{receipt.QueueId}",
            },
            sent.Tags);
        Assert.Equal(sent.Tags, duration.Tags);
    }

    [Fact]
    public async Task Send_SaysWhatKindOfFailureItWas_WhenItFails()
    {
        await using SdkBroker small = SdkBroker.Start(settings => settings.Store.MaxMessageBytes = 1024);
        await using OrleansMqClient client = small.Connect();
        await using Producer producer = client.CreateProducer();
        using Listening listening = Listening.Start();

        await Assert.ThrowsAsync<SendFailedException>(
            () => producer.SendAsync("Orders", new byte[2048]).AsTask());

        Activity span = Assert.Single(listening.Spans);
        Assert.Equal(ActivityStatusCode.Error, span.Status);
        Assert.Equal("MessageIllegal", span.GetTagItem("error.type"));
        Listening.Measured sent = Assert.Single(listening.Of("messaging.client.sent.messages"));
        Assert.Equal("MessageIllegal", sent.Tags["error.type"]);
    }

    [Fact]
    public async Task SendOneWay_IsObservedAndCarriesItsSpan_AsASendIs()
    {
        using Listening listening = Listening.Start();

        string id = await _producer.SendOneWayAsync(new Message { Topic = "Orders", Body = "x"u8.ToArray() });

        Activity span = Assert.Single(listening.Spans);
        Assert.Equal(id, span.GetTagItem("messaging.message.id"));
        Assert.Single(listening.Of("messaging.client.sent.messages"));
    }

    [Fact]
    public async Task Send_StoresTheMessage_WhenAListenerFails()
    {
        using Listening listening = Listening.Start(stopped: _ => throw new InvalidOperationException("of a listener"));

        SendReceipt receipt = await _producer.SendAsync("Orders", "x"u8.ToArray());

        Assert.Equal(SendStatus.Ok, receipt.Status);
        Assert.Single(listening.Spans);
    }

    private async Task<ReceivedMessage> ViewAsync(SendReceipt receipt)
    {
        await using BrokerClient broker = await BrokerClient.ConnectAsync(_broker.Host.EndPoint!);
        return await broker.ViewAsync(receipt.OffsetMessageId);
    }
}
