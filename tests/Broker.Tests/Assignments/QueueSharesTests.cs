using OrleansMq.Broker.Assignments;
using OrleansMq.Protocol.Bodies;

namespace OrleansMq.Broker.Tests.Assignments;

/// <summary>Which queues a member gets, as RocketMQ's strategies of the same name decide it.</summary>
public sealed class QueueSharesTests
{
    [Theory]
    [InlineData("AVG", 8, 3, "0 1 2|3 4 5|6 7")]
    [InlineData("AVG", 7, 3, "0 1 2|3 4|5 6")]
    [InlineData("AVG", 4, 4, "0|1|2|3")]
    [InlineData("AVG", 2, 4, "0|1||")]
    [InlineData("AVG", 0, 2, "|")]
    [InlineData("AVG_BY_CIRCLE", 8, 3, "0 3 6|1 4 7|2 5")]
    [InlineData("AVG_BY_CIRCLE", 2, 3, "0|1|")]
    public void Pulled_GivesEachQueueToOneMember(string strategy, int queues, int members, string expected) =>
        Assert.Equal(expected, OfAll(
            members, member => QueueShares.Pulled(strategy, member, members, Queues(queues))));

    [Theory]
    [InlineData(0, 5, 4, "-1|-1|-1|-1|-1")]
    [InlineData(4, 5, 4, "-1|-1|-1|-1|-1")]
    [InlineData(9, 2, 4, "-1|-1")]
    [InlineData(1, 2, 4, "-1|-1")]
    [InlineData(1, 3, 6, "0 1 2 3|2 3 4 5|4 5 0 1")]
    [InlineData(2, 4, 4, "0 1 2|1 2 3|2 3 0|3 0 1")]
    [InlineData(1, 5, 2, "0|1|0|1|0")]
    [InlineData(1, 5, 0, "||||")]
    [InlineData(0, 1, 0, "")]
    public void Popped_SharesTheQueuesOfTheNextMembers(int sharedWith, int members, int queues, string expected) =>
        Assert.Equal(expected, OfAll(
            members, member => QueueShares.Popped("AVG", sharedWith, member, members, Queues(queues))));

    [Fact]
    public void Popped_NamesEachBroker_WhenEverybodyGetsAll()
    {
        MessageQueueKey[] queues = [new("Orders", "a", 0), new("Orders", "a", 1), new("Orders", "b", 0)];

        Assert.Equal(
            [new("Orders", "a", -1), new("Orders", "b", -1)], QueueShares.Popped("AVG", 0, 0, 1, queues));
    }

    private static MessageQueueKey[] Queues(int count) =>
        [.. Enumerable.Range(0, count).Select(queueId => new MessageQueueKey("Orders", "a", queueId))];

    private static string OfAll(int members, Func<int, IEnumerable<MessageQueueKey>> decide) => string.Join(
        '|', Enumerable.Range(0, members).Select(
            member => string.Join(' ', decide(member).Select(queue => queue.QueueId))));
}
