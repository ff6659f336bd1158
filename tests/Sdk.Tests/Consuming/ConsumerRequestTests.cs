using OrleansMq.Client;
using OrleansMq.Client.Consuming;
using OrleansMq.Client.Producing;
using OrleansMq.Client.Sending;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Sdk.Tests.Consuming;

/// <summary>What operators ask of consumers through their broker.</summary>
public sealed class ConsumerRequestTests : ConsumerTest
{
    private readonly Inbox _inbox = new();

    [Fact]
    public async Task Status_SaysHowFarTheConsumerIs()
    {
        await CreateTopicAsync(1);
        await SendInOrderAsync(7);
        await ConsumeAsync(_inbox.Ack);
        await _inbox.WaitAsync(7);

        await UntilAsync("the consumer says 7", async () =>
        {
            RemotingCommand answer = await AskAsync(
                RequestCode.InvokeBrokerToGetConsumerStatus, ("topic", Topic), ("group", Group));
            Assert.True(ConsumerStatusBody.TryRead(answer.Body.Span, out ConsumerStatusBody? status, out _));
            return Assert.Single(status.ConsumerTable).Value[QueueKey()] == 7;
        });
    }

    [Fact]
    public async Task RunningInfo_TellsOptionsSubscriptionsAndQueues()
    {
        await CreateTopicAsync(1);
        await SendInOrderAsync(7);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        OrleansMqClient client = Connect();
        await using PushConsumer consumer = client.CreateConsumer(
            Options with { Order = ConsumeOrder.PerQueue },
            async (message, _) =>
            {
                _inbox.Add(message);
                if (message.QueueOffset == 2)
                    await release.Task;
                return ConsumeResult.Ack;
            });
        await consumer.StartAsync();
        await _inbox.WaitAsync(3);
        await UntilAsync(
            "offset 2 is committed", () => consumer.Queues.Any(queue => queue is { Topic: Topic, Committed: 2 }));

        RemotingCommand answer = await AskAsync(
            RequestCode.GetConsumerRunningInfo, ("consumerGroup", Group), ("clientId", client.Options.ClientId));
        release.SetResult();

        Assert.True(ConsumerRunningInfo.TryRead(answer.Body.Span, out ConsumerRunningInfo? info, out string? problem), problem);
        Assert.Equal(
            ("true", "20", "V4_9_8"),
            (info.Properties["PROP_CONSUMEORDERLY"], info.Properties["PROP_THREADPOOL_CORE_SIZE"],
                info.Properties["PROP_CLIENT_VERSION"]));
        Assert.Equal([Topic, $"%RETRY%{Group}"], info.SubscriptionSet.Select(wanted => wanted.Topic));
        QueueRunningInfo queue = info.MqTable[QueueKey()];
        Assert.Equal(
            (2L, 2L, 6L, 5, true),
            (queue.CommitOffset, queue.CachedMsgMinOffset, queue.CachedMsgMaxOffset, queue.CachedMsgCount, queue.Locked));
    }

    [Theory]
    [InlineData("ack", "CR_SUCCESS", null)]
    [InlineData("retry", "CR_LATER", "busy")]
    [InlineData("dead", "CR_ROLLBACK", "no such customer")]
    [InlineData("throw", "CR_THROW_EXCEPTION", "InvalidOperationException: out of stock")]
    public async Task Message_IsConsumedDirectly_AndItsOutcomeTold(string what, string result, string? remark)
    {
        await CreateTopicAsync(1);
        SendReceipt receipt = await Producer.SendAsync(new Message
        {
            Topic = Topic, Body = System.Text.Encoding.UTF8.GetBytes(what),
        });
        OrleansMqClient client = Connect();
        bool isDirect = false;
        await using PushConsumer consumer = client.CreateConsumer(
            Options,
            (message, _) =>
            {
                _inbox.Add(message);
                return !isDirect ? ValueTask.FromResult(ConsumeResult.Ack) : Inbox.BodyOf(message) switch
                {
                    "ack" => ValueTask.FromResult(ConsumeResult.Ack),
                    "retry" => ValueTask.FromResult(ConsumeResult.Retry(reason: "busy")),
                    "dead" => ValueTask.FromResult(ConsumeResult.DeadLetter("no such customer")),
                    _ => throw new InvalidOperationException("out of stock"),
                };
            });
        await consumer.StartAsync();
        await _inbox.WaitAsync(1);
        isDirect = true;

        RemotingCommand answer = await AskAsync(
            RequestCode.ConsumeMessageDirectly, ("consumerGroup", Group), ("clientId", client.Options.ClientId),
            ("msgId", receipt.OffsetMessageId));
        Assert.True(DirectConsumption.TryRead(answer.Body.Span, out DirectConsumption? outcome, out string? problem), problem);
        Assert.Equal((result, remark, false), (outcome.ConsumeResult, outcome.Remark, outcome.Order));
        Assert.Equal(2, _inbox.Messages.Count);
    }

    private MessageQueueKey QueueKey() => new(Topic, Broker.Host.Node.Identity.BrokerName, 0);

    private async Task<RemotingCommand> AskAsync(RequestCode code, params (string Name, string Value)[] fields)
    {
        await using BrokerClient broker = await BrokerAsync();
        var request = new RemotingCommand { Code = (int)code };
        foreach ((string name, string value) in fields)
            request.Fields[name] = value;
        RemotingCommand answer = await broker.Connection.InvokeAsync(request, TimeSpan.FromSeconds(10));
        Assert.Equal((0, null), (answer.Code, answer.Remark));
        return answer;
    }
}
