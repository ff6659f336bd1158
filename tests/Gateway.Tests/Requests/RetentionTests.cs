using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Gateway.Tests.Requests;

/// <summary>How long topics are kept, and what a full disk means, as clients and operators see it.</summary>
public sealed class RetentionTests : IAsyncDisposable
{
    private readonly TestBroker _broker = new();
    private readonly TestClient _client;

    public RetentionTests() => _client = _broker.Connect();

    [Theory]
    [InlineData(SerializeType.Json)]
    [InlineData(SerializeType.Binary)]
    public void Attributes_AreSet_ShownAndKept(SerializeType type)
    {
        Put("+retention.hours=24,+retention.bytes=1000000", type);
        Put(null, type);
        Put("-retention.bytes", type);

        byte[] body = _client.Call(
            (int)RequestCode.GetTopicConfig, new() { ["topic"] = "Orders" }, serializeType: type).Body.ToArray();
        Assert.True(TopicConfig.TryRead(body, out TopicConfig? topic, out _));
        Assert.Equal([new("retention.hours", "24")], topic.Attributes);
    }

    [Theory]
    [InlineData("+retention.hours=soon", "1 to 87600")]
    [InlineData("+retention.weeks=1", "There is no attribute 'retention.weeks'")]
    [InlineData("retention.hours=1", "neither '+name=value' nor '-name'")]
    public void Attributes_AreRefusedWithAReason(string changes, string reason)
    {
        RemotingCommand answer = Call(changes, SerializeType.Json);
        Assert.Equal((int)ResponseCode.SystemError, answer.Code);
        Assert.Contains(reason, answer.Remark, StringComparison.Ordinal);
    }

    [Fact]
    public void FullDisk_RefusesMessagesWithItsCause_AndTakesThemAgainByItself()
    {
        Put(null, SerializeType.Json);
        _broker.Node.Store.Options.DiskFullRatio = 0.000_000_1;
        Clean();
        RemotingCommand refused = Send();
        Assert.Equal((int)ResponseCode.SystemBusy, refused.Code);
        Assert.Contains("DiskFullRatio", refused.Remark, StringComparison.Ordinal);

        _broker.Node.Store.Options.DiskFullRatio = 1;
        Clean();
        Assert.Equal((int)ResponseCode.Success, Send().Code);
    }

    [Fact]
    public void Alarms_AreListed()
    {
        Assert.Equal("""{"alarms":[],"deleted":0}""", Text());
        _broker.Node.Options.Retention.UnreadAlarmLead = 1;
        Put("+retention.hours=1", SerializeType.Json);
        Send();
        _client.Call((int)RequestCode.UpdateConsumerOffset, new()
        {
            ["consumerGroup"] = "consumers",
            ["topic"] = "Orders",
            ["queueId"] = "0",
            ["commitOffset"] = "0",
        });
        _broker.Node.Workers.Single(worker => worker.Name == "omq-unread").PumpOnce();

        Assert.StartsWith(
            """{"alarms":[{"group":"consumers","topic":"Orders","count":1,"firstGoesAt":""", Text(),
            StringComparison.Ordinal);
    }

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    private void Clean() => _broker.Node.Workers.Single(worker => worker.Name == "omq-clean").PumpOnce();

    private string Text() => System.Text.Encoding.UTF8.GetString(
        _client.Call((int)RequestCode.ListUnreadAlarms).Body.Span);

    private RemotingCommand Send() => _client.Call((int)RequestCode.SendMessage, new()
    {
        ["producerGroup"] = "producers",
        ["topic"] = "Orders",
        ["defaultTopic"] = "TBW102",
        ["defaultTopicQueueNums"] = "4",
        ["queueId"] = "0",
        ["sysFlag"] = "0",
        ["bornTimestamp"] = "1",
        ["flag"] = "0",
        ["properties"] = "",
        ["reconsumeTimes"] = "0",
    }, "hello");

    private void Put(string? attributes, SerializeType type)
    {
        RemotingCommand answer = Call(attributes, type);
        Assert.True(answer.Code == (int)ResponseCode.Success, answer.Remark);
    }

    private RemotingCommand Call(string? attributes, SerializeType type)
    {
        var fields = new Dictionary<string, string>
        {
            ["topic"] = "Orders",
            ["defaultTopic"] = "TBW102",
            ["readQueueNums"] = "4",
            ["writeQueueNums"] = "4",
            ["perm"] = "6",
            ["topicFilterType"] = "SINGLE_TAG",
            ["order"] = "false",
        };
        if (attributes is not null)
            fields["attributes"] = attributes;
        return _client.Call((int)RequestCode.UpdateAndCreateTopic, fields, serializeType: type);
    }
}
