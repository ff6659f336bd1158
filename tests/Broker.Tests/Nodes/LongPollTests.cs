using OrleansMq.Protocol.Codes;

namespace OrleansMq.Broker.Tests.Nodes;

public sealed class LongPollTests : IDisposable
{
    private readonly TestBroker _broker = new();

    public LongPollTests() => _broker.Send("Orders", "zero", properties: "TAGS\u0001A\u0002");

    [Fact]
    public void Hold_IsAnsweredOnce_WhenAMessageComes()
    {
        TestPull pull = _broker.Hold("Orders", 1);
        Assert.Empty(pull.Answers);

        _broker.Send("Orders", "one");
        _broker.Send("Orders", "two");

        (ResponseCode code, ReceivedRecord[] records) = Assert.Single(pull.Answers);
        Assert.Equal(ResponseCode.Success, code);
        Assert.Equal(["one"], records.Select(record => record.Body));
        Assert.Equal(0, _broker.Node.Puller.HeldCount);
    }

    [Fact]
    public void Hold_GoesOn_WhenTheMessageDoesNotMatch()
    {
        TestPull pull = _broker.Hold("Orders", 1, "A");

        _broker.Send("Orders", "other", properties: "TAGS\u0001B\u0002");
        Assert.Empty(pull.Answers);

        _broker.Send("Orders", "wanted", properties: "TAGS\u0001A\u0002");
        Assert.Equal(["wanted"], Assert.Single(pull.Answers).Records.Select(record => record.Body));
    }

    [Fact]
    public void Hold_GoesOn_WhenTheMessageIsForAnotherQueue()
    {
        TestPull pull = _broker.Hold("Orders", 1);

        _broker.Send("Orders", "other", queueId: 1);

        Assert.Empty(pull.Answers);
        Assert.Equal(1, _broker.Node.Puller.HeldCount);
    }

    [Fact]
    public void Hold_EndsWithoutAMessage_WhenItsTimeIsOver()
    {
        TestPull pull = _broker.Hold("Orders", 1);

        _broker.Time.Advance(TimeSpan.FromMilliseconds(9_999));
        _broker.Step("omq-long-polls");
        Assert.Empty(pull.Answers);

        _broker.Time.Advance(TimeSpan.FromMilliseconds(1));
        _broker.Step("omq-long-polls");
        (ResponseCode code, ReceivedRecord[] records) = Assert.Single(pull.Answers);
        Assert.Equal(ResponseCode.PullNotFound, code);
        Assert.Empty(records);
    }

    public void Dispose() => _broker.Dispose();
}
