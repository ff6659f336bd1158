using System.Text;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Gateway.Tests.Requests;

/// <summary>Consumers that leave it to the broker which queues they get, and operators who have them pop.</summary>
public sealed class AssignmentTests : IAsyncDisposable
{
    private const string Unknown = "{}";
    private readonly TestBroker _broker = new();
    private readonly TestClient _client;
    private readonly AdminClient _admin;

    public AssignmentTests()
    {
        _client = _broker.Connect();
        _admin = new AdminClient(_client);
        _admin.CreateTopic("Orders", 1);
    }

    [Theory]
    [InlineData(SerializeType.Json)]
    [InlineData(SerializeType.Binary)]
    public void Member_GetsItsQueues(SerializeType type)
    {
        _admin.Heartbeat("Orders");

        RemotingCommand answer = _client.Call(
            (int)RequestCode.QueryAssignment, body: Question("Orders"), serializeType: type);

        Assert.Equal((0, Pulls("Orders")), (answer.Code, Encoding.UTF8.GetString(answer.Body.Span)));
        Assert.Equal(Pulls("%RETRY%consumers"), Ask("%RETRY%consumers"));
    }

    [Fact]
    public void Member_Pops_WhenItsGroupIsToldTo()
    {
        _admin.Heartbeat("Orders");
        SetMode("Orders", "POP", 8);

        Assert.Equal(
            """{"messageQueueAssignments":[{"messageQueue":{"brokerName":"broker-a","queueId":-1,"topic":"Orders"},"""
            + "\"mode\":\"POP\"}]}",
            Ask("Orders"));
        Assert.Equal(Pulls("%RETRY%consumers"), Ask("%RETRY%consumers"));

        SetMode("Orders", "PULL", 0);
        Assert.Equal(Pulls("Orders"), Ask("Orders"));
    }

    [Fact]
    public void Nothing_IsSaid_WhileTopicOrMemberIsUnknown()
    {
        Assert.Equal(Unknown, Ask("Orders"));
        _admin.Heartbeat("Orders");
        Assert.Equal(Unknown, Ask("Other"));
    }

    [Fact]
    public void Question_IsRefused_WhenTheBrokerCannotShareLikeThat()
    {
        _admin.Heartbeat("Orders");

        RemotingCommand answer = _client.Call(
            (int)RequestCode.QueryAssignment, body: Question("Orders", "CONSISTENT_HASH"));

        Assert.Equal((int)ResponseCode.InvalidParameter, answer.Code);
        Assert.Contains("AVG_BY_CIRCLE", answer.Remark, StringComparison.Ordinal);
    }

    [Fact]
    public void Modes_AreListed_UntilTopicOrGroupIsDeleted()
    {
        _admin.CreateTopic("Other", 1);
        SetMode("Orders", "POP", -1);
        SetMode("Other", "POP", 2);
        Assert.Equal(
            """{"messageRequestModeMap":{"Other":{"consumers":{"topic":"Other","consumerGroup":"consumers","mode":"POP","""
            + "\"popShareQueueNum\":2}}}}",
            ModesAfter(() => _admin.Call(RequestCode.DeleteTopicInBroker, "topic=Orders")));
        Assert.Equal(
            """{"messageRequestModeMap":{}}""",
            ModesAfter(() => _admin.Call(RequestCode.DeleteSubscriptionGroup, "groupName=consumers")));
    }

    [Fact]
    public void Mode_IsRefused_ForARetryTopic_AndForOneThatIsNotThere()
    {
        _admin.Heartbeat("Orders");

        Assert.Equal((int)ResponseCode.NoPermission, CallSetMode("%RETRY%consumers", "POP", 0).Code);
        Assert.Equal((int)ResponseCode.TopicNotExist, CallSetMode("Other", "POP", 0).Code);
        Assert.Equal((int)ResponseCode.SystemError, CallSetMode("Orders", "PUSH", 0).Code);
    }

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    private static string Question(string topic, string strategy = "AVG") =>
        $$"""{"clientId":"10.0.0.1@7","consumerGroup":"consumers","messageModel":"CLUSTERING","strategyName":"""
        + $"\"{strategy}\",\"topic\":\"{topic}\"}}";

    private static string Pulls(string topic) =>
        $$$"""{"messageQueueAssignments":[{"messageQueue":{"brokerName":"broker-a","queueId":0,"topic":"{{{topic}}}"},"""
        + "\"mode\":\"PULL\"}]}";

    private string Ask(string topic) =>
        Encoding.UTF8.GetString(_admin.CallWith(RequestCode.QueryAssignment, Question(topic)).Body.Span);

    private string ModesAfter(Action change)
    {
        change();
        return Encoding.UTF8.GetString(_admin.Call(RequestCode.GetAllMessageRequestMode).Body.Span);
    }

    private void SetMode(string topic, string mode, int sharedWith) =>
        Assert.Equal(0, CallSetMode(topic, mode, sharedWith).Code);

    private RemotingCommand CallSetMode(string topic, string mode, int sharedWith) => _client.Call(
        (int)RequestCode.SetMessageRequestMode,
        body: $$"""{"consumerGroup":"consumers","mode":"{{mode}}","popShareQueueNum":{{sharedWith}},"topic":"{{topic}}"}""");
}
