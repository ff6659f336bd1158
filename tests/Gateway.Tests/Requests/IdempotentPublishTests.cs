using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Gateway.Tests.Requests;

/// <summary>Messages that are sent again, and messages that say they are compressed.</summary>
public sealed class IdempotentPublishTests : IAsyncDisposable
{
    private readonly TestBroker _broker = new();
    private readonly TestClient _first;
    private readonly TestClient _second;

    public IdempotentPublishTests()
    {
        _first = _broker.Connect();
        _second = _broker.Connect();
        RemotingCommand answer = _first.Call((int)RequestCode.UpdateAndCreateTopic, new()
        {
            ["topic"] = "Orders",
            ["defaultTopic"] = "TBW102",
            ["readQueueNums"] = "4",
            ["writeQueueNums"] = "4",
            ["perm"] = "6",
            ["topicFilterType"] = "SINGLE_TAG",
            ["order"] = "false",
            ["attributes"] = "+idempotent.window=10m",
        });
        Assert.True(answer.Code == (int)ResponseCode.Success, answer.Remark);
    }

    [Theory]
    [InlineData(SerializeType.Json)]
    [InlineData(SerializeType.Binary)]
    public void Send_IsAnsweredTheSame_WhenAnotherConnectionSendsTheIdAgain(SerializeType type)
    {
        RemotingCommand first = Send(_first, "hello", queueId: 1, type: type);
        RemotingCommand second = Send(_second, "hello", queueId: 2, type: type);

        Assert.Equal((int)ResponseCode.Success, second.Code);
        foreach (string field in (string[])["msgId", "queueId", "queueOffset"])
            Assert.Equal(first.Fields[field], second.Fields[field]);
        Assert.Equal((1, 0), (LengthOf(1), LengthOf(2)));
    }

    [Fact]
    public void Body_IsRefused_WhenItIsNotCompressedAsItSays()
    {
        RemotingCommand refused = Send(_first, "plain text", flags: 1);
        Assert.Equal((int)ResponseCode.MessageIllegal, refused.Code);
        Assert.Contains("zlib", refused.Remark, StringComparison.Ordinal);
        Assert.Equal(0, LengthOf(0));

        // Methods 1 and 2 of 5.x clients are their own business.
        Assert.Equal((int)ResponseCode.Success, Send(_first, "plain text", flags: 1 | (1 << 8)).Code);
    }

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    private long LengthOf(int queueId) => _broker.Node.Topics.Find("Orders")!.Queue(queueId).MaxOffset;

    private static RemotingCommand Send(
        TestClient client, string body, int queueId = 0, int flags = 0, SerializeType type = SerializeType.Json) =>
        client.Call((int)RequestCode.SendMessage, new()
        {
            ["producerGroup"] = "producers",
            ["topic"] = "Orders",
            ["defaultTopic"] = "TBW102",
            ["defaultTopicQueueNums"] = "4",
            ["queueId"] = $"{queueId}",
            ["sysFlag"] = $"{flags}",
            ["bornTimestamp"] = "1",
            ["flag"] = "0",
            ["properties"] = "UNIQ_KEY\u0001ABC\u0002",
            ["reconsumeTimes"] = "0",
        }, body, type);
}
