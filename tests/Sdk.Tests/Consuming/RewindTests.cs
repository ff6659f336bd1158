using OrleansMq.Client;
using OrleansMq.Client.Consuming;

namespace OrleansMq.Sdk.Tests.Consuming;

/// <summary>Groups that are sent elsewhere while they are at work.</summary>
public sealed class RewindTests : ConsumerTest
{
    private readonly Inbox _inbox = new();

    [Theory]
    [InlineData(ConsumeOrder.None)]
    [InlineData(ConsumeOrder.PerQueue)]
    public async Task Reset_HasEverythingConsumedAgain(ConsumeOrder order)
    {
        await CreateTopicAsync(2);
        string[] sent = await SendToAllQueuesAsync(200);
        await ConsumeAsync(_inbox.Ack, Options with { Order = order });
        await _inbox.WaitAsync(sent);
        await UntilAsync("all are committed", async () => await CommittedAsync(2) == 200);

        await using BrokerClient broker = await BrokerAsync();
        await broker.ResetOffsetsAsync(Group, Topic, DateTimeOffset.UnixEpoch);
        await _inbox.WaitAsync(400);
        Assert.Equal(sent.Order(), _inbox.Bodies.Skip(200).Order());
        await UntilAsync("all are committed again", async () => await CommittedAsync(2) == 200);
        Assert.Equal(400, _inbox.Messages.Count);
    }

    [Fact]
    public async Task Reset_SkipsWhatIsHeld_WhenTheGroupIsSentToTheEnd()
    {
        await CreateTopicAsync(1);
        await SendInOrderAsync(100);
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        PushConsumer consumer = await ConsumeAsync(
            async (message, cancellation) =>
            {
                _inbox.Add(message);
                if (message.QueueOffset == 0)
                {
                    await using CancellationTokenRegistration _ = cancellation.Register(() => told.TrySetResult());
                    begun.SetResult();
                    await told.Task;
                }

                return ConsumeResult.Ack;
            },
            Options with { Order = ConsumeOrder.PerQueue });
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(20));

        await using BrokerClient broker = await BrokerAsync();
        await broker.ResetOffsetsAsync(Group, Topic, null);
        await told.Task.WaitAsync(TimeSpan.FromSeconds(20));
        await SendInOrderAsync(1, first: 100);
        await _inbox.WaitAsync(2);
        Assert.Equal(["0", "100"], _inbox.Bodies);
        Assert.Equal(101, Assert.Single(consumer.Queues, queue => queue.Topic == Topic).Position);
    }
}
