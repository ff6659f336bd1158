using OrleansMq.Client.Consuming.Assigning;
using OrleansMq.Protocol.Bodies;

namespace OrleansMq.Client.Tests.Consuming;

public sealed class QueueAllocationTests
{
    /// <summary>What RocketMQ's AllocateMessageQueueAveragely gives each of the members c0, c1, ...</summary>
    [Theory]
    [InlineData(8, 3, "012|345|67")]
    [InlineData(4, 4, "0|1|2|3")]
    [InlineData(2, 3, "0|1|")]
    [InlineData(7, 2, "0123|456")]
    [InlineData(1, 1, "0")]
    [InlineData(0, 2, "|")]
    public void Share_IsWhatOtherClientsCompute(int queues, int members, string expected)
    {
        string[] all = [.. Enumerable.Range(0, members).Select(number => $"c{number}")];
        MessageQueueKey[] keys = [.. Enumerable.Range(0, queues).Select(id => new MessageQueueKey("T", "b", id)).Reverse()];

        IEnumerable<string> shares = all.Select(
            member => string.Concat(QueueAllocation.Of(member, all.Reverse(), keys).Select(queue => queue.QueueId)));
        Assert.Equal(expected, string.Join('|', shares));
    }

    [Fact]
    public void Share_GoesByBrokerAndThenByNumber()
    {
        MessageQueueKey[] keys = [new("T", "b2", 0), new("T", "b10", 1), new("T", "b10", 0), new("T", "B", 2)];
        Assert.Equal(
            [new("T", "B", 2), new("T", "b10", 0), new("T", "b10", 1), new("T", "b2", 0)],
            QueueAllocation.Of("c", ["c"], keys));
    }

    [Fact]
    public void Share_IsEmpty_OfOneWhoIsNoMember() =>
        Assert.Empty(QueueAllocation.Of("x", ["c"], [new MessageQueueKey("T", "b", 0)]));
}
