using System.Diagnostics;
using OrleansMq.Client;
using OrleansMq.Client.Consuming;
using OrleansMq.Client.Producing;
using OrleansMq.Client.Receiving;

namespace OrleansMq.Sdk.Tests.Diagnostics;

[Collection(TelemetryCollection.Name)]
public sealed class ConsumeTelemetryTests : IAsyncLifetime
{
    private const string Group = "shipping";

    private readonly SdkBroker _broker = SdkBroker.Start();
    private readonly OrleansMqClient _client;
    private readonly Producer _producer;

    public ConsumeTelemetryTests()
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
    public async Task Process_IsASpanOfTheSendersTrace_AndCurrentInTheHandler()
    {
        using Listening listening = Listening.Start();
        Activity? current = null;

        SendReceipt receipt = await ConsumeOneAsync(_ =>
        {
            current = Activity.Current;
            return ConsumeResult.Ack;
        });

        Activity send = Assert.Single(listening.Spans, span => span.DisplayName == "send Orders");
        Activity process = Assert.Single(listening.Spans, span => span.DisplayName == "process Orders");
        Assert.Same(process, current);
        Assert.Equal((send.TraceId, send.SpanId), (process.TraceId, process.ParentSpanId));
        Assert.Equal((ActivityKind.Consumer, ActivityStatusCode.Unset), (process.Kind, process.Status));
        Assert.Equal(receipt.MessageId, process.GetTagItem("messaging.message.id"));
        Assert.Equal(Group, process.GetTagItem("messaging.consumer.group.name"));
        Assert.Equal("process", process.GetTagItem("messaging.operation.type"));
    }

    [Fact]
    public async Task Process_BeginsATraceOfItsOwn_WhenTheMessageCarriesNone()
    {
        SendReceipt receipt = await _producer.SendAsync("Orders", "x"u8.ToArray());
        using Listening listening = Listening.Start();

        await ConsumeAsync(_ => ConsumeResult.Ack);

        Activity process = Assert.Single(listening.Spans, span => span.DisplayName == "process Orders");
        Assert.Equal(default, process.ParentSpanId);
        Assert.Equal(receipt.MessageId, process.GetTagItem("messaging.message.id"));
    }

    [Fact]
    public async Task Receive_LinksWhatWasSent_AndIsCounted()
    {
        using Listening listening = Listening.Start();

        SendReceipt receipt = await ConsumeOneAsync(_ => ConsumeResult.Ack);

        Activity send = Assert.Single(listening.Spans, span => span.DisplayName == "send Orders");
        Activity receive = Assert.Single(listening.Spans, span => span.DisplayName == "receive Orders");
        Assert.Equal(send.SpanId, Assert.Single(receive.Links).Context.SpanId);
        Assert.Equal(1, receive.GetTagItem("messaging.batch.message_count"));
        Listening.Measured consumed = Assert.Single(listening.Of("messaging.client.consumed.messages"));
        Assert.Equal(1, consumed.Value);
        Assert.Equal(
            new Dictionary<string, object?>
            {
                ["messaging.system"] = "rocketmq",
                ["messaging.operation.name"] = "receive",
                ["messaging.operation.type"] = "receive",
                ["messaging.destination.name"] = "Orders",
                ["messaging.destination.partition.id"] = $"{receipt.BrokerName}/{receipt.QueueId}",
                ["messaging.consumer.group.name"] = Group,
            },
            consumed.Tags);
    }

    [Fact]
    public async Task Process_IsTimed_WithTheKindOfFailure_WhenTheHandlerFails()
    {
        using Listening listening = Listening.Start();

        await ConsumeOneAsync(_ => throw new InvalidOperationException("no"));

        Activity process = Assert.Single(listening.Spans, span => span.DisplayName == "process Orders");
        Assert.Equal((ActivityStatusCode.Error, "no"), (process.Status, process.StatusDescription));
        Listening.Measured duration = Assert.Single(listening.Of("messaging.process.duration"));
        Assert.Equal("System.InvalidOperationException", duration.Tags["error.type"]);
        Assert.Equal(Group, duration.Tags["messaging.consumer.group.name"]);
    }

    [Fact]
    public async Task Settle_IsASpanOfTheSendersTrace_WhenAMessageGoesToTheDeadLetters()
    {
        using Listening listening = Listening.Start();

        await ConsumeOneAsync(_ => ConsumeResult.DeadLetter("no price list"));

        Activity send = Assert.Single(listening.Spans, span => span.DisplayName == "send Orders");
        Activity settle = Assert.Single(listening.Spans, span => span.DisplayName == "settle Orders");
        Assert.Equal(("dead_letter", "settle"), (settle.GetTagItem("messaging.operation.name"), settle.GetTagItem("messaging.operation.type")));
        Assert.Equal(send.TraceId, settle.TraceId);
        Assert.Contains(
            listening.Of("messaging.client.operation.duration"),
            measured => Equals(measured.Tags["messaging.operation.type"], "settle"));
        Assert.Equal("dead_letter", Assert.Single(listening.Of("messaging.process.duration")).Tags["error.type"]);
    }

    private async Task<SendReceipt> ConsumeOneAsync(Func<ReceivedMessage, ConsumeResult> handler)
    {
        SendReceipt receipt = await _producer.SendAsync("Orders", "x"u8.ToArray());
        await ConsumeAsync(handler);
        return receipt;
    }

    /// <summary>Consumes until a message was handled, and stops, by when all is told.</summary>
    private async Task ConsumeAsync(Func<ReceivedMessage, ConsumeResult> handler)
    {
        var handled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var options = new ConsumerOptions
        {
            Group = Group,
            Subscriptions = new Dictionary<string, MessageFilter> { ["Orders"] = MessageFilter.All },
        };
        await using PushConsumer consumer = _client.CreateConsumer(options, (message, _) =>
        {
            try
            {
                return ValueTask.FromResult(handler(message));
            }
            finally
            {
                handled.TrySetResult();
            }
        });
        await consumer.StartAsync();
        await handled.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await consumer.StopAsync();
    }
}
