using System.Text;
using OrleansMq.Messages.Identity;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Gateway.Tests.Requests;

/// <summary>Dead letters over the wire: OrleansMq's own requests 30021 to 30024.</summary>
public sealed class DeadLetterTests : IAsyncDisposable
{
    private readonly TestBroker _broker = new();
    private readonly TestClient _client;

    public DeadLetterTests()
    {
        _client = _broker.Connect();
        string heartbeat = """
            {"clientID":"10.0.0.1@7","producerDataSet":[],"consumerDataSet":[{"groupName":"consumers",
            "consumeType":"CONSUME_PASSIVELY","messageModel":"CLUSTERING","consumeFromWhere":"CONSUME_FROM_LAST_OFFSET",
            "subscriptionDataSet":[{"topic":"Orders","subString":"*","subVersion":1}]}]}
            """;
        Assert.Equal((int)ResponseCode.Success, _client.Call((int)RequestCode.Heartbeat, body: heartbeat).Code);
    }

    [Theory]
    [InlineData(SerializeType.Json)]
    [InlineData(SerializeType.Binary)]
    public void DeadLetters_AreListedShownAndSentAgainOnce(SerializeType serializeType)
    {
        Bury("poison", delayLevel: -1);
        Bury("unlucky", delayLevel: 0);

        RemotingCommand answer = Call(RequestCode.ListDeadLetterGroups, [], serializeType);
        Assert.True(DeadLetterGroups.TryRead(answer.Body.Span, out DeadLetterGroups? groups, out _));
        Assert.Equal(("broker-a", "consumers", 2L),
            (groups.Broker, Assert.Single(groups.Groups).Group, groups.Groups[0].Count));

        answer = Call(RequestCode.ListDeadLetters, new() { ["group"] = "consumers", ["maxNum"] = "1" }, serializeType);
        Assert.True(DeadLetterList.TryRead(answer.Body.Span, out DeadLetterList? first, out _));
        DeadLetterEntry poison = Assert.Single(first.DeadLetters);
        Assert.Equal(
            ("CONSUMER_GAVE_UP", 1, "10.0.0.1@7", "Orders"),
            (poison.Reason, poison.Attempts, poison.Consumer, poison.OriginTopic));
        answer = Call(
            RequestCode.ListDeadLetters, new() { ["group"] = "consumers", ["cursor"] = first.Next! }, serializeType);
        Assert.True(DeadLetterList.TryRead(answer.Body.Span, out DeadLetterList? second, out _));
        Assert.Equal("ATTEMPTS_USED_UP", Assert.Single(second.DeadLetters).Reason);

        answer = Call(
            RequestCode.ShowDeadLetter, new() { ["group"] = "consumers", ["msgId"] = poison.MessageId }, serializeType);
        Assert.True(DeadLetterDetails.TryRead(answer.Body.Span, out DeadLetterDetails? details, out _));
        Assert.Equal("poison", Encoding.UTF8.GetString(Convert.FromBase64String(details.Body)));

        Assert.Equal((2, 0), Resend("dryRun", serializeType));
        Assert.Equal((2, 0), Resend("", serializeType));
        Assert.Equal((0, 2), Resend("", serializeType));
        Assert.Equal((2, 0), Resend("force", serializeType));
    }

    [Theory]
    [InlineData(RequestCode.ListDeadLetters, ResponseCode.QueryNotFound)]
    [InlineData(RequestCode.ShowDeadLetter, ResponseCode.QueryNotFound)]
    [InlineData(RequestCode.ResendDeadLetters, ResponseCode.TopicNotExist)]
    public void Request_SaysThatThereAreNone_OfAGroupWithoutDeadLetters(RequestCode code, ResponseCode expected)
    {
        RemotingCommand answer = _client.Call((int)code, new() { ["group"] = "consumers", ["msgId"] = "x" });
        Assert.Equal((int)expected, answer.Code);
        Assert.Contains("'consumers'", answer.Remark, StringComparison.Ordinal);
    }

    [Fact]
    public void Groups_AreNone_WithoutDeadLetters()
    {
        RemotingCommand answer = Call(RequestCode.ListDeadLetterGroups, [], SerializeType.Json);
        Assert.Equal("""{"broker":"broker-a","groups":[]}""", Encoding.UTF8.GetString(answer.Body.Span));
    }

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    private (int Sent, int AlreadySent) Resend(string option, SerializeType serializeType)
    {
        var fields = new Dictionary<string, string> { ["group"] = "consumers" };
        if (option.Length > 0)
            fields[option] = "true";
        RemotingCommand answer = Call(RequestCode.ResendDeadLetters, fields, serializeType);
        Assert.True(ResendReport.TryRead(answer.Body.Span, out ResendReport? report, out _));
        Assert.Equal((2, 0), (report.Examined, report.Refused));
        Assert.Null(report.Next);
        return (report.Sent, report.AlreadySent);
    }

    private void Bury(string body, int delayLevel)
    {
        RemotingCommand sent = Call(RequestCode.SendMessage, TraceTests.Message("Orders", ""), SerializeType.Json, body);
        Assert.True(OffsetMessageId.TryParse(sent.Fields["msgId"], out OffsetMessageId id));
        Call(
            RequestCode.ConsumerSendMessageBack,
            new()
            {
                ["offset"] = $"{id.PhysicalOffset}",
                ["group"] = "consumers",
                ["delayLevel"] = $"{delayLevel}",
                ["maxReconsumeTimes"] = "0",
            },
            SerializeType.Json);
    }

    private RemotingCommand Call(
        RequestCode code, Dictionary<string, string> fields, SerializeType serializeType, string body = "")
    {
        RemotingCommand answer = _client.Call((int)code, fields, body, serializeType);
        Assert.True(answer.Code == (int)ResponseCode.Success, $"{code}: {answer.Remark}");
        return answer;
    }
}
