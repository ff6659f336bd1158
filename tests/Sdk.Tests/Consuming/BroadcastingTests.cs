using OrleansMq.Client.Consuming;
using OrleansMq.Client.Receiving;
using OrleansMq.Protocol.Bodies;

namespace OrleansMq.Sdk.Tests.Consuming;

public sealed class BroadcastingTests : ConsumerTest, IDisposable
{
    private static readonly ConsumerOptions ToAll = Options with { Model = ConsumerModel.Broadcasting };

    private readonly string _directory = Directory.CreateTempSubdirectory("omq-offsets-").FullName;
    private readonly Inbox _first = new();
    private readonly Inbox _second = new();

    [Fact]
    public async Task Messages_GoToEveryMember()
    {
        await ConsumeAsync(_first.Ack, ToAll);
        await ConsumeAsync(_second.Ack, ToAll);

        string[] sent = await SendToAllQueuesAsync(100);
        await _first.WaitAsync(sent);
        await _second.WaitAsync(sent);
        Assert.Equal((100, 100), (_first.Messages.Count, _second.Messages.Count));
    }

    [Fact]
    public async Task Member_GoesOnWhereItWas_WhenItKeepsItsPlaceInAFile()
    {
        await SendToAllQueuesAsync(50);
        using (var store = new FileOffsetStore(_directory))
        {
            PushConsumer first = await ConsumeAsync(_first.Ack, ToAll with { OffsetStore = store });
            await _first.WaitAsync(50);
            await first.StopAsync();
        }

        await SendToAllQueuesAsync(10, first: 50);
        using var again = new FileOffsetStore(_directory);
        PushConsumer second = await ConsumeAsync(_second.Ack, ToAll with { OffsetStore = again });
        await _second.WaitAsync(10);
        await second.StopAsync();
        Assert.Equal(Enumerable.Range(50, 10), _second.Bodies.Select(int.Parse).Order());
    }

    [Fact]
    public async Task Message_IsTriedAgainByTheMemberThatFailed_AndThenBecomesADeadLetter()
    {
        await SendInOrderAsync(1);
        await ConsumeAsync(
            _first.Answer(_ => ConsumeResult.Retry(TimeSpan.FromMilliseconds(10), "no room")),
            ToAll with { MaxAttempts = 3 });
        await ConsumeAsync(_second.Ack, ToAll);

        ReceivedMessage letter = await DeadLetterAsync();
        Assert.Equal([0, 1, 2], _first.Messages.Select(message => message.ReconsumeTimes));
        Assert.Equal(("no room", "3"), (letter.Properties["DLQ_ERROR"], letter.Properties["DLQ_ATTEMPTS"]));
        Assert.Single(_second.Messages);
    }

    [Fact]
    public async Task Store_KeepsGroupsApart_WhateverTheirNames()
    {
        using var store = new FileOffsetStore(_directory);
        var queue = new MessageQueueKey(Topic, "broker-a", 3);
        await store.WriteAsync("a|b", new Dictionary<MessageQueueKey, long> { [queue] = 7 }, default);
        await store.WriteAsync("a%7Cb", new Dictionary<MessageQueueKey, long> { [queue] = 8 }, default);

        using var again = new FileOffsetStore(_directory);
        Assert.Equal(7, await again.ReadAsync("a|b", queue, default));
        Assert.Equal(8, await again.ReadAsync("a%7Cb", queue, default));
        Assert.Null(await again.ReadAsync("a|b", queue with { QueueId = 4 }, default));
    }

    [Fact]
    public async Task Store_SaysWhichFileIsWrong()
    {
        await File.WriteAllTextAsync(Path.Combine(_directory, "billing.offsets.json"), "{\"offsetTable\":");
        using var store = new FileOffsetStore(_directory);
        IOException failure = await Assert.ThrowsAsync<IOException>(
            () => store.ReadAsync(Group, new MessageQueueKey(Topic, "b", 0), default).AsTask());
        Assert.Contains("billing.offsets.json", failure.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
