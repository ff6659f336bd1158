using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Gateway.Tests.Requests;

/// <summary>Requests that wait for a decision, as they do in a cluster.</summary>
public sealed class ControlPlaneTests : IAsyncDisposable
{
    private readonly TestBroker _broker = new();
    private readonly SlowControlPlane _plane;
    private readonly TestClient _client;

    public ControlPlaneTests()
    {
        _plane = new SlowControlPlane(_broker.Node.ControlPlane);
        _broker.Node.ControlPlane = _plane;
        _client = _broker.Connect();
    }

    [Fact]
    public void Sends_AreAnswered_OnceTheirTopicIsDecided_AndHoldUpNobody()
    {
        int first = _client.Send((int)RequestCode.SendMessage, SendFields("Young"), "one");
        int second = _client.Send((int)RequestCode.SendMessage, SendFields("Young"), "two");
        _client.Send((int)RequestCode.SendMessage, SendFields("Young"), "three", isOneWay: true);
        SpinWait.SpinUntil(() => _plane.Asked == 3, 10_000);
        _client.AssertAlive();
        _broker.Connect().AssertAlive();

        _plane.Decide();
        RemotingCommand[] answers = [_client.Receive(), _client.Receive()];
        Assert.All(answers, answer => Assert.Equal((int)ResponseCode.Success, answer.Code));
        Assert.Equal([first, second], answers.Select(answer => answer.Opaque).Order());
        Assert.True(SpinWait.SpinUntil(() => _broker.Node.Topics.Find("Young")!.Queue(0).MaxOffset == 3, 10_000));
    }

    [Fact]
    public void Refusal_ReachesTheClientWithItsCode()
    {
        _plane.IsUnavailable = true;
        _plane.Decide();
        RemotingCommand sent = _client.Call((int)RequestCode.SendMessage, SendFields("Young"), "one");
        Assert.Equal((int)ResponseCode.ServiceNotAvailable, sent.Code);
        Assert.Contains("cannot decide now", sent.Remark, StringComparison.Ordinal);
        RemotingCommand pulled = _client.Call((int)RequestCode.PullMessage, PullFields("Young"));
        Assert.Equal((int)ResponseCode.ServiceNotAvailable, pulled.Code);
        RemotingCommand committed = _client.Call((int)RequestCode.UpdateConsumerOffset, new()
        {
            ["consumerGroup"] = "g", ["topic"] = "TBW102", ["queueId"] = "0", ["commitOffset"] = "0",
        });
        Assert.Equal((int)ResponseCode.ServiceNotAvailable, committed.Code);
    }

    [Fact]
    public void Pull_GoesOn_OnceItsGroupIsDecided()
    {
        int opaque = _client.Send((int)RequestCode.PullMessage, PullFields("TBW102"));
        SpinWait.SpinUntil(() => _plane.Asked == 1, 10_000);
        _client.AssertAlive();
        _plane.Decide();
        RemotingCommand answer = _client.Receive();
        Assert.Equal((opaque, (int)ResponseCode.PullNotFound), (answer.Opaque, answer.Code));
        Assert.NotNull(_broker.Node.Groups.Find("g"));
    }

    [Fact]
    public void Clone_IsRefusedWithAReason_WhenItsGroupIsDeletedJustThen()
    {
        _broker.Node.Groups.FindOrCreate("workers");
        _plane.Decided = () => _broker.Node.DeleteGroup("copies");
        _plane.Decide();

        RemotingCommand answer = _client.Call(
            (int)RequestCode.CloneGroupOffset, new() { ["srcGroup"] = "workers", ["destGroup"] = "copies" });

        Assert.Equal((int)ResponseCode.SubscriptionGroupNotExist, answer.Code);
        Assert.Contains("'copies' was deleted just now", answer.Remark, StringComparison.Ordinal);
    }

    [Fact]
    public void ConnectionThatClosesBeforeItsHeartbeatIsDecided_LeavesNoMember()
    {
        _broker.Node.Groups.FindOrCreate("g");
        TestClient leaving = _broker.Connect();
        leaving.Send((int)RequestCode.Heartbeat, body: """
            {"clientID":"c1","consumerDataSet":[{"groupName":"g","messageModel":"BROADCASTING",
             "consumeType":"CONSUME_PASSIVELY","consumeFromWhere":"CONSUME_FROM_LAST_OFFSET","subscriptionDataSet":[]}],
             "producerDataSet":[]}
            """);
        Assert.True(SpinWait.SpinUntil(() => _plane.Asked == 1, 10_000));
        leaving.Dispose();
        Thread.Sleep(200);
        _plane.Decide();
        Thread.Sleep(200);
        Assert.True(SpinWait.SpinUntil(() => !_broker.Node.Groups.Find("g")!.Read(group => group.IsOnline), 10_000));
    }

    [Fact]
    public void Broker_LeavesTheRoutesOfProducers_AndComesBack()
    {
        Assert.Equal(7, PermissionOf("TBW102"));
        RemotingCommand wiped = _client.Call((int)RequestCode.WipeWritePermissionOfBroker, new() { ["brokerName"] = "broker-a" });
        Assert.Equal(((int)ResponseCode.Success, true), (wiped.Code, int.Parse(wiped.Fields["wipeTopicCount"], null) > 0));
        Assert.Equal(5, PermissionOf("TBW102"));
        RemotingCommand added = _client.Call((int)RequestCode.AddWritePermissionOfBroker, new() { ["brokerName"] = "broker-a" });
        Assert.Equal(((int)ResponseCode.Success, true), (added.Code, int.Parse(added.Fields["addTopicCount"], null) > 0));
        Assert.Equal(7, PermissionOf("TBW102"));

        RemotingCommand unknown = _client.Call((int)RequestCode.WipeWritePermissionOfBroker, new() { ["brokerName"] = "nobody" });
        Assert.Equal((int)ResponseCode.SystemError, unknown.Code);
        Assert.Contains("no broker 'nobody'", unknown.Remark, StringComparison.Ordinal);
    }

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    private int PermissionOf(string topic)
    {
        RemotingCommand answer = _client.Call((int)RequestCode.GetRouteInfoByTopic, new() { ["topic"] = topic });
        Assert.True(TopicRouteData.TryRead(answer.Body.Span, out TopicRouteData? route, out string? problem), problem);
        return route.QueueDatas.Single().Perm;
    }

    private static Dictionary<string, string> SendFields(string topic) => new()
    {
        ["producerGroup"] = "p", ["topic"] = topic, ["defaultTopic"] = "TBW102", ["defaultTopicQueueNums"] = "4",
        ["queueId"] = "0", ["sysFlag"] = "0", ["bornTimestamp"] = "1", ["flag"] = "0",
    };

    private static Dictionary<string, string> PullFields(string topic) => new()
    {
        ["consumerGroup"] = "g", ["topic"] = topic, ["queueId"] = "0", ["queueOffset"] = "0", ["maxMsgNums"] = "1",
        ["sysFlag"] = "4", ["commitOffset"] = "0", ["suspendTimeoutMillis"] = "0", ["subscription"] = "*", ["subVersion"] = "1",
    };
}
