using OrleansMq.Client;
using OrleansMq.Client.Consuming;

namespace OrleansMq.Sdk.Tests.Consuming;

/// <summary>Brokers that go away and come back.</summary>
public sealed class OutageTests : ConsumerTest
{
    private readonly Inbox _inbox = new();

    [Theory]
    [InlineData(ConsumeOrder.None)]
    [InlineData(ConsumeOrder.PerQueue)]
    public async Task NothingIsLost_WhenTheBrokerIsRestartedInTheMiddle(ConsumeOrder order)
    {
        const int messages = 20_000;
        await CreateTopicAsync(4);
        string[] sent = await SendToAllQueuesAsync(messages);
        await ConsumeAsync(_inbox.Ack, Options with { Order = order });

        await _inbox.WaitAsync(messages / 10);
        await Broker.RestartAsync();
        await _inbox.WaitAsync(messages / 2);
        await Broker.RestartAsync();
        await _inbox.WaitAsync(
            "all messages", all => all.Count >= messages && all.Select(Inbox.BodyOf).Distinct().Count() == messages);

        Assert.Equal(sent.Order(), _inbox.Bodies.Distinct().Order());
        await UntilAsync("all are committed", async () => await CommittedAsync(4) == messages);
        Assert.InRange(_inbox.Messages.Count, messages, messages + (2 * 4 * Options.MaxQueueSpan));
    }

    [Fact]
    public async Task Messages_Arrive_WhenTheBrokerComesLater()
    {
        string[] sent = await SendAsync(10);
        await Broker.StopAsync();
        await ConsumeAsync(_inbox.Ack);

        Broker.Resume();
        await _inbox.WaitAsync(sent);
    }

    [Fact]
    public async Task Message_IsTriedAgainHere_WhenItCannotBeSentBack()
    {
        await CreateTopicAsync(1);
        await SendInOrderAsync(1);
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await ConsumeAsync(async (message, _) =>
        {
            _inbox.Add(message);
            begun.TrySetResult();
            await release.Task;
            return _inbox.Messages.Count < 3 ? ConsumeResult.Retry() : ConsumeResult.Ack;
        });
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(20));
        await Broker.StopAsync();
        release.SetResult();

        await _inbox.WaitAsync(3);
        Assert.Equal([0, 0, 0], _inbox.Messages.Select(message => message.ReconsumeTimes));
        Broker.Resume();
        await UntilAsync("the message is committed", async () => await CommittedAsync(1) == 1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Consumer_GoesOn_WhenItsConnectionsAreCutOrStandStill(bool stall)
    {
        await CreateTopicAsync(2);
        using var transport = new BreakableTransport(Broker.Address);
        await using var client = new OrleansMqClient(new ClientOptions
        {
            Transport = transport,
            RequestTimeout = TimeSpan.FromMilliseconds(300),
            HeartbeatInterval = TimeSpan.FromMilliseconds(300),
            ReconnectDelay = TimeSpan.FromMilliseconds(20),
            MaxReconnectDelay = TimeSpan.FromMilliseconds(100),
        });
        await using PushConsumer consumer = client.CreateConsumer(Options, _inbox.Ack);
        await consumer.StartAsync();
        for (int round = 0; round < 5; round++)
        {
            await SendToAllQueuesAsync(100, first: 100 * round);
            await _inbox.WaitAsync((100 * round) + 50);
            transport.Break(stall);
        }

        await _inbox.WaitAsync(Enumerable.Range(0, 500).Select(number => $"{number}"));
        await UntilAsync("all are committed", async () => await CommittedAsync(2) == 500);
    }
}
