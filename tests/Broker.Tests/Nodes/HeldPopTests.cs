using OrleansMq.Broker.Popping;
using OrleansMq.Protocol.Remoting;
using OrleansMq.Protocol.Requests;

namespace OrleansMq.Broker.Tests.Nodes;

/// <summary>Pops that wait while one event frees messages for several of them.</summary>
public sealed class HeldPopTests : IDisposable
{
    private readonly TestBroker _broker = new();

    [Fact]
    public void AllAreServed_WhenTheTimeOfSeveralMessagesIsOver()
    {
        Send("a", "b", "c");
        _broker.Pop();
        Waiting[] pops = [Hold(), Hold(), Hold()];

        _broker.Time.Advance(TimeSpan.FromMilliseconds(TestPop.Invisible));
        _broker.Step("omq-pops");
        Assert.Equal(["a", "b", "c"], pops.Select(pop => pop.Body));
    }

    [Fact]
    public void AllAreServed_WhenOneBatchOfAcknowledgementsFreesSeveralMessageGroups()
    {
        SendOfGroup("x", "y", "z", "x", "y", "z");
        TestPop.Popped[] first = _broker.Pop(isOrdered: true).Messages;
        Assert.Equal(3, first.Length);
        Waiting[] pops = [Hold(isOrdered: true), Hold(isOrdered: true), Hold(isOrdered: true)];

        _broker.Ack(first).AssertStored();
        Assert.Equal(["x", "y", "z"], pops.Select(pop => pop.Body));
    }

    [Fact]
    public void AllAreServed_WhenTheGroupIsSetBackOverSeveralMessages()
    {
        Send("a", "b", "c");
        _broker.Ack(_broker.Pop().Messages).AssertStored();
        Waiting[] pops = [Hold(), Hold(), Hold()];

        _broker.Time.Advance(TimeSpan.FromMilliseconds(1));
        _broker.Node.ResetPops(
            _broker.Node.Groups.Find("consumers")!, _broker.Node.Topics.Find("Orders")!, 0, 0).AssertStored();
        Assert.Equal(["a", "b", "c"], pops.Select(pop => pop.Body));
    }

    public void Dispose() => _broker.Dispose();

    private void Send(params string[] bodies)
    {
        foreach (string body in bodies)
            Assert.True(_broker.Send("Orders", body).IsStored);
    }

    private void SendOfGroup(params string[] groups)
    {
        foreach (string group in groups)
            Assert.True(_broker.Send("Orders", group, properties: $"__SHARDINGKEY\u0001{group}\u0002").IsStored);
    }

    private Waiting Hold(bool isOrdered = false)
    {
        var pop = new Waiting(_broker, isOrdered)
        {
            Group = "consumers",
            Topic = "Orders",
            QueueId = 0,
            DeadlineMilliseconds = long.MaxValue,
        };
        Assert.True(_broker.Node.TryHold(pop));
        Assert.Null(pop.Body);
        return pop;
    }

    /// <summary>A pop of one message.</summary>
    private sealed class Waiting(TestBroker broker, bool isOrdered) : HeldPop
    {
        public string? Body { get; private set; }

        public override bool IsAbandoned => false;

        public override bool TryServe()
        {
            var request = new PopMessageRequest
            {
                ConsumerGroup = Group,
                Topic = Topic,
                QueueId = QueueId,
                MaxMessages = 1,
                InvisibleMilliseconds = TestPop.Invisible,
                IsOrdered = isOrdered,
            };
            using var body = new OutputBuffer();
            if (broker.Node.Popper.Pop(request, "client-2", body).MayHold)
                return false;

            Body = Assert.Single(ReceivedRecord.ReadAll(body.WrittenSpan)).Body;
            return true;
        }

        public override void GiveUp() => Assert.Fail("No time is over here.");
    }
}
