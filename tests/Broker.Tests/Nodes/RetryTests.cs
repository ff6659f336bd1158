using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.Sending;
using OrleansMq.Protocol.Codes;

namespace OrleansMq.Broker.Tests.Nodes;

public sealed class RetryTests : IDisposable
{
    private const string RetryTopic = "%RETRY%consumers";
    private const string DeadLetterTopic = "%DLQ%consumers";

    private readonly TestBroker _broker = new();

    [Fact]
    public void SentBackMessage_ComesAgainAfterItsDelay_AndThenGoesToTheDeadLetters()
    {
        _broker.Send("Orders", "hard");
        ReceivedRecord original = Assert.Single(_broker.Pull("Orders").Records);

        Assert.Equal(ResponseCode.Success, _broker.SendBack(original, maxTimes: 1).Code);
        Assert.Empty(_broker.BodiesOf(RetryTopic));

        _broker.Deliver(TimeSpan.FromSeconds(11));
        ReceivedRecord retried = Assert.Single(_broker.Pull(RetryTopic).Records);
        Assert.Equal(("hard", 1, "Orders"), (retried.Body, retried.ReconsumeTimes, retried.Property("RETRY_TOPIC")));
        Assert.NotNull(retried.Property("ORIGIN_MESSAGE_ID"));

        Assert.Equal(ResponseCode.Success, _broker.SendBack(retried, maxTimes: 1).Code);
        _broker.Deliver(TimeSpan.FromHours(3));
        Assert.Single(_broker.Pull(RetryTopic).Records);
        ReceivedRecord dead = Assert.Single(_broker.Pull(DeadLetterTopic).Records);
        Assert.Equal(("hard", "Orders"), (dead.Body, dead.Property("DLQ_ORIGIN_TOPIC")));
        Assert.Equal(retried.Property("ORIGIN_MESSAGE_ID"), dead.Property("DLQ_ORIGIN_MESSAGE_ID"));
    }

    [Fact]
    public void SentBackMessage_ComesAgainToTheMillisecond_WhenItsConsumerSaysWhen()
    {
        _broker.Send("Orders", "hard");
        ReceivedRecord original = Assert.Single(_broker.Pull("Orders").Records);

        _broker.SendBack(original, maxTimes: 16, change: request => request with { RetryDelayMilliseconds = 7_500 });
        _broker.Deliver(TimeSpan.FromMilliseconds(7_499));
        Assert.Empty(_broker.BodiesOf(RetryTopic));
        _broker.Deliver(TimeSpan.FromMilliseconds(1));
        Assert.Equal(1, Assert.Single(_broker.Pull(RetryTopic).Records).ReconsumeTimes);
    }

    [Fact]
    public void SentBackMessage_ComesAgainAtOnce_WhenItsConsumerWantsThat()
    {
        _broker.Send("Orders", "hard");
        ReceivedRecord original = Assert.Single(_broker.Pull("Orders").Records);

        _broker.SendBack(original, maxTimes: 16, change: request => request with { RetryDelayMilliseconds = 0 });
        Assert.Equal(["hard"], _broker.BodiesOf(RetryTopic));
    }

    [Fact]
    public void SentBackMessage_ComesAgainAfterItsLevel_WhenNoMessageMayWaitAsLongAsAskedFor()
    {
        _broker.Send("Orders", "hard");
        ReceivedRecord original = Assert.Single(_broker.Pull("Orders").Records);

        _broker.SendBack(
            original, maxTimes: 16, level: 1, change: request => request with { RetryDelayMilliseconds = long.MaxValue });
        _broker.Deliver(TimeSpan.FromSeconds(2));
        Assert.Equal(["hard"], _broker.BodiesOf(RetryTopic));
    }

    [Fact]
    public void DeadLetter_SaysWhatItsConsumerSaid_AndHowOftenItHadIt()
    {
        _broker.Send("Orders", "poison");
        ReceivedRecord original = Assert.Single(_broker.Pull("Orders").Records);

        _broker.SendBack(
            original, maxTimes: 16, level: -1, change: request => request with { Reason = "no stock", Attempts = 5 });
        ReceivedRecord dead = Assert.Single(_broker.Pull(DeadLetterTopic).Records);
        Assert.Equal(
            ("CONSUMER_GAVE_UP", "no stock", "5"),
            (dead.Property("DLQ_REASON"), dead.Property("DLQ_ERROR"), dead.Property("DLQ_ATTEMPTS")));
    }

    [Fact]
    public void SendBack_IsRefused_WhenThereIsNoMessageAtThePosition()
    {
        _broker.Send("Orders", "one");
        ReceivedRecord record = Assert.Single(_broker.Pull("Orders").Records);

        SendResult inside = _broker.SendBack(record with { PhysicalOffset = record.PhysicalOffset + 4 }, maxTimes: 1);
        SendResult behind = _broker.SendBack(record with { PhysicalOffset = 1_000_000_000 }, maxTimes: 1);

        Assert.Equal((ResponseCode.SystemError, ResponseCode.SystemError), (inside.Code, behind.Code));
    }

    [Fact]
    public void SendBack_SucceedsWithoutACopy_WhenTheGroupHasNoRetryQueue()
    {
        _broker.Send("Orders", "one");
        ReceivedRecord record = Assert.Single(_broker.Pull("Orders").Records);
        _broker.Node.Groups.Put(new SubscriptionGroupConfig { Name = "consumers", RetryQueues = 0 });
        long end = _broker.Node.Store.Log.AppendedUntil;

        Assert.Equal(ResponseCode.Success, _broker.SendBack(record, maxTimes: 1).Code);
        Assert.Equal(end, _broker.Node.Store.Log.AppendedUntil);
    }

    /// <summary>A consumer that heard nothing says it again: the message may come twice, but it comes.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void SendBack_KeepsTheMessage_WhenItIsSaidTwice(bool crashesBetween)
    {
        _broker.Send("Orders", "hard");
        ReceivedRecord original = Assert.Single(_broker.Pull("Orders").Records);
        Assert.Equal(ResponseCode.Success, _broker.SendBack(original, maxTimes: 1).Code);
        if (crashesBetween)
            _broker.Crash();
        Assert.Equal(ResponseCode.Success, _broker.SendBack(original, maxTimes: 1).Code);
        _broker.Deliver(TimeSpan.FromSeconds(11));

        ReceivedRecord[] retried = _broker.Pull(RetryTopic).Records;
        Assert.Equal(["hard", "hard"], retried.Select(record => record.Body));
        foreach (ReceivedRecord record in retried)
            Assert.Equal(ResponseCode.Success, _broker.SendBack(record, maxTimes: 1).Code);
        Assert.Equal(["hard", "hard"], _broker.BodiesOf(DeadLetterTopic));
    }

    /// <summary>Neither the late duplicate of the last try nor one of the first brings a dead letter back to life.</summary>
    [Fact]
    public void LateDuplicate_IsKeptToo_WhenItsMessageIsADeadLetterAlready()
    {
        _broker.Send("Orders", "hard");
        ReceivedRecord original = Assert.Single(_broker.Pull("Orders").Records);
        _broker.SendBack(original, maxTimes: 1);
        _broker.Deliver(TimeSpan.FromSeconds(11));
        ReceivedRecord retried = Assert.Single(_broker.Pull(RetryTopic).Records);
        _broker.SendBack(retried, maxTimes: 1);
        ReceivedRecord dead = Assert.Single(_broker.Pull(DeadLetterTopic).Records);

        Assert.Equal(ResponseCode.Success, _broker.SendBack(retried, maxTimes: 1).Code);
        Assert.Equal(ResponseCode.Success, _broker.SendBack(dead, maxTimes: 1).Code);
        Assert.Equal(3, _broker.BodiesOf(DeadLetterTopic).Length);
        Assert.Single(_broker.BodiesOf(RetryTopic));

        Assert.Equal(ResponseCode.Success, _broker.SendBack(original, maxTimes: 1).Code);
        _broker.Crash();
        _broker.Deliver(TimeSpan.FromSeconds(11));
        Assert.Equal(2, _broker.BodiesOf(RetryTopic).Length);
    }

    [Theory]
    [InlineData("TRAN_MSG\u0001true\u0002PGROUP\u0001payers\u0002")]
    [InlineData("DELAY\u00013\u0002")]
    public void SendBack_IsRefused_WhenNoConsumerCanHaveTheMessage(string properties)
    {
        SendResult hidden = _broker.Send("Orders", "hidden", properties: properties);
        _broker.Send("Orders", "shown");
        ReceivedRecord shown = Assert.Single(_broker.Pull("Orders").Records);
        long end = _broker.Node.Store.Log.AppendedUntil;

        SendResult result = _broker.SendBack(shown with { PhysicalOffset = hidden.Append.PhysicalOffset }, maxTimes: 1);

        Assert.Equal(ResponseCode.SystemError, result.Code);
        Assert.Equal(end, _broker.Node.Store.Log.AppendedUntil);
    }

    public void Dispose() => _broker.Dispose();
}
