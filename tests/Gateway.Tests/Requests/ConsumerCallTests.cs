using System.Text;
using OrleansMq.Messages.Identity;
using OrleansMq.Messages.Records;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Gateway.Tests.Requests;

/// <summary>What operators ask of consumers through the broker.</summary>
public sealed class ConsumerCallTests : IAsyncDisposable
{
    private const int TooOld = ProtocolVersions.V318 - 1;

    private readonly TestBroker _broker = new(options => options.ClientCalls.MaxPendingPerClient = 2);
    private readonly TestClient _operator;
    private readonly TestClient _consumer;

    public ConsumerCallTests()
    {
        _operator = _broker.Connect();
        _consumer = _broker.Connect();
        _consumer.Consume("one", "workers", "Orders");
    }

    [Fact]
    public void RunningInfo_IsWhatTheConsumerAnswers()
    {
        _operator.Send((int)RequestCode.GetConsumerRunningInfo, InfoOf("one"));
        RemotingCommand asked = _consumer.ReceiveRequest();
        _consumer.Answer(asked, ResponseCode.Success, """{"mqTable":{}}""", "all well");
        RemotingCommand answer = _operator.Receive();

        Assert.Equal((int)RequestCode.GetConsumerRunningInfo, asked.Code);
        Assert.Equal(InfoOf("one"), asked.Fields);
        Assert.False(asked.IsOneWay);
        Assert.Equal(((int)ResponseCode.Success, "all well"), (answer.Code, answer.Remark));
        Assert.Equal("client", answer.Fields["from"]);
        Assert.Equal("""{"mqTable":{}}""", Encoding.UTF8.GetString(answer.Body.Span));
    }

    [Fact]
    public void RunningInfo_IsTheConsumersError_WhenItHasOne()
    {
        _operator.Send((int)RequestCode.GetConsumerRunningInfo, InfoOf("one"));
        _consumer.Answer(_consumer.ReceiveRequest(), ResponseCode.SystemError, remark: "not here");
        RemotingCommand answer = _operator.Receive();

        Assert.Equal(((int)ResponseCode.SystemError, "not here"), (answer.Code, answer.Remark));
    }

    [Fact]
    public void Calls_GetTheirOwnAnswers_WhenTheseComeInAnotherOrder()
    {
        int first = _operator.Send((int)RequestCode.GetConsumerRunningInfo, InfoOf("one"));
        RemotingCommand askedFirst = _consumer.ReceiveRequest();
        int second = _operator.Send((int)RequestCode.GetConsumerRunningInfo, InfoOf("one"));
        RemotingCommand askedSecond = _consumer.ReceiveRequest();

        _consumer.Answer(askedSecond, ResponseCode.Success, "second");
        RemotingCommand answerToSecond = _operator.Receive();
        _consumer.Answer(askedFirst, ResponseCode.Success, "first");
        RemotingCommand answerToFirst = _operator.Receive();

        Assert.Equal((second, "second"), (answerToSecond.Opaque, Encoding.UTF8.GetString(answerToSecond.Body.Span)));
        Assert.Equal((first, "first"), (answerToFirst.Opaque, Encoding.UTF8.GetString(answerToFirst.Body.Span)));
    }

    [Theory]
    [InlineData("two", "'two' of the group 'workers' is not online")]
    [InlineData("old", "is of the version 61")]
    public void RunningInfo_SaysWhy_WhenTheConsumerCannotBeAsked(string clientId, string reason)
    {
        _broker.Connect().Consume("old", "workers", "Orders", TooOld);
        RemotingCommand answer = _operator.Call((int)RequestCode.GetConsumerRunningInfo, InfoOf(clientId));

        Assert.Equal((int)ResponseCode.SystemError, answer.Code);
        Assert.Contains(reason, answer.Remark, StringComparison.Ordinal);
    }

    [Fact]
    public void RunningInfo_SaysSoAtOnce_WhenTheConsumerGoesAway()
    {
        _operator.Send((int)RequestCode.GetConsumerRunningInfo, InfoOf("one"));
        _consumer.ReceiveRequest();
        _consumer.Dispose();
        RemotingCommand answer = _operator.Receive();

        Assert.Equal((int)ResponseCode.SystemError, answer.Code);
        Assert.Contains("went offline", answer.Remark, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunningInfo_TimesOut_AndALateAnswerHarmsNobody()
    {
        await using var broker = new TestBroker(options => options.ClientCalls.Timeout = TimeSpan.FromMilliseconds(20));
        TestClient consumer = broker.Connect();
        consumer.Consume("one", "workers", "Orders");
        RemotingCommand answer = broker.Connect().Call((int)RequestCode.GetConsumerRunningInfo, InfoOf("one"));
        consumer.Answer(consumer.ReceiveRequest(), ResponseCode.Success, "too late");

        Assert.Equal((int)ResponseCode.ConsumeMessageTimeout, answer.Code);
        Assert.Contains("did not answer in time", answer.Remark, StringComparison.Ordinal);
        Assert.Equal(0, broker.Channels.PendingCount);
        consumer.AssertAlive();
    }

    [Fact]
    public void RunningInfo_IsRefused_WhenTooManyCallsWait()
    {
        for (int call = 0; call < 2; call++)
        {
            _operator.Send((int)RequestCode.GetConsumerRunningInfo, InfoOf("one"));
            _consumer.ReceiveRequest();
        }

        RemotingCommand answer = _operator.Call((int)RequestCode.GetConsumerRunningInfo, InfoOf("one"));
        Assert.Equal((int)ResponseCode.SystemBusy, answer.Code);
        Assert.Equal(2, _broker.Channels.PendingCount);
    }

    [Theory]
    [InlineData(true, "one")]
    [InlineData(false, "one")]
    [InlineData(true, "")]
    public void ConsumeDirectly_GivesTheConsumerTheRecord_AndPassesItsResultOn(bool byOffsetId, string clientId)
    {
        RemotingCommand sent = _operator.SendMessage("Orders", "hello", "UNIQ_KEY\u0001KEY-1\u0002");
        _operator.Send((int)RequestCode.ConsumeMessageDirectly, new()
        {
            ["consumerGroup"] = "workers",
            ["clientId"] = clientId,
            ["msgId"] = byOffsetId ? sent.Fields["msgId"] : "KEY-1",
            ["topic"] = "Orders",
        });
        RemotingCommand asked = _consumer.ReceiveRequest();
        _consumer.Answer(asked, ResponseCode.Success, """{"consumeResult":"CR_SUCCESS"}""");
        RemotingCommand answer = _operator.Receive();

        Assert.Equal((int)RequestCode.ConsumeMessageDirectly, asked.Code);
        Assert.Equal("broker-a", asked.Fields["brokerName"]);
        Assert.Equal("0", asked.Fields["topicSysFlag"]);
        Assert.Equal("0", asked.Fields["groupSysFlag"]);
        Assert.Equal(RecordDefect.None, RecordView.TryRead(asked.Body.Span, out RecordView record));
        Assert.Equal("hello", Encoding.UTF8.GetString(record.Body));
        Assert.Equal("""{"consumeResult":"CR_SUCCESS"}""", Encoding.UTF8.GetString(answer.Body.Span));
    }

    /// <summary>At the same place of this broker's log there is another message, which nobody meant.</summary>
    [Fact]
    public void ConsumeDirectly_IsRefused_WhenTheIdentifierIsOfAnotherBroker()
    {
        RemotingCommand sent = _operator.SendMessage("Orders", "hello");
        Assert.True(OffsetMessageId.TryParse(sent.Fields["msgId"], out OffsetMessageId id));
        var foreign = new OffsetMessageId(id.Broker with { Port = 10_911 }, id.PhysicalOffset);
        RemotingCommand answer = _operator.Call((int)RequestCode.ConsumeMessageDirectly, new()
        {
            ["consumerGroup"] = "workers",
            ["clientId"] = "one",
            ["msgId"] = foreign.ToString(),
        });

        Assert.Equal((int)ResponseCode.SystemError, answer.Code);
        Assert.Contains("'broker-a' has no message", answer.Remark, StringComparison.Ordinal);
    }

    [Fact]
    public void Status_HasTheOffsetsOfAllConsumersThatAnswered()
    {
        TestClient other = _broker.Connect();
        other.Consume("two", "workers", "Orders");
        _operator.Send(
            (int)RequestCode.InvokeBrokerToGetConsumerStatus, new() { ["topic"] = "Orders", ["group"] = "workers" });
        RemotingCommand asked = _consumer.ReceiveRequest();
        _consumer.Answer(asked, ResponseCode.Success, """
            {"messageQueueTable":{{"brokerName":"broker-a","queueId":3,"topic":"Orders"}:7}}
            """);
        other.Answer(other.ReceiveRequest(), ResponseCode.SystemError, remark: "cannot");
        RemotingCommand answer = _operator.Receive();

        Assert.Equal((int)RequestCode.GetConsumerStatusFromClient, asked.Code);
        Assert.Equal(("Orders", "workers"), (asked.Fields["topic"], asked.Fields["group"]));
        Assert.Equal(
            """{"consumerTable":{"one":{{"brokerName":"broker-a","queueId":3,"topic":"Orders"}:7}},"messageQueueTable":{}}""",
            Encoding.UTF8.GetString(answer.Body.Span));
        Assert.True(ConsumerStatusBody.TryRead(answer.Body.Span, out ConsumerStatusBody? status, out _));
        Assert.Equal(7, status.ConsumerTable["one"][new MessageQueueKey("Orders", "broker-a", 3)]);
    }

    [Fact]
    public void Status_SaysWhy_WhenThereIsNobody()
    {
        RemotingCommand answer = _operator.Call(
            (int)RequestCode.InvokeBrokerToGetConsumerStatus,
            new() { ["topic"] = "Orders", ["group"] = "workers", ["clientAddr"] = "three" });
        Assert.Equal((int)ResponseCode.SystemError, answer.Code);
        Assert.Contains("'three'", answer.Remark, StringComparison.Ordinal);
    }

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    private static Dictionary<string, string> InfoOf(string clientId) => new()
    {
        ["consumerGroup"] = "workers",
        ["clientId"] = clientId,
        ["jstackEnable"] = "true",
    };
}
