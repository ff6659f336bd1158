using System.Buffers.Binary;
using System.Text;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Gateway.Tests.Requests;

public sealed class RequestDispatcherTests : IAsyncDisposable
{
    private const int BadCommandEvent = 2601;

    private readonly TestBroker _broker = new();
    private readonly TestClient _client;
    private readonly TestClient _other;

    public RequestDispatcherTests()
    {
        _client = _broker.Connect();
        _other = _broker.Connect();
        _other.AssertAlive();
    }

    /// <summary>Requests whose fields, or body, say what they are about.</summary>
    public static TheoryData<RequestCode> RequestsWithContent =>
    [
        RequestCode.SendMessage, RequestCode.SendMessageV2, RequestCode.SendBatchMessage, RequestCode.PullMessage,
        RequestCode.LitePullMessage, RequestCode.QueryMessage, RequestCode.ViewMessageById,
        RequestCode.QueryConsumerOffset, RequestCode.UpdateConsumerOffset, RequestCode.SearchOffsetByTimestamp,
        RequestCode.GetMaxOffset, RequestCode.GetMinOffset, RequestCode.GetEarliestMessageStoreTime,
        RequestCode.Heartbeat, RequestCode.UnregisterClient, RequestCode.GetConsumerListByGroup,
        RequestCode.LockBatchMessageQueues, RequestCode.UnlockBatchMessageQueues, RequestCode.CheckClientConfig,
        RequestCode.ConsumerSendMessageBack, RequestCode.GetRouteInfoByTopic, RequestCode.GetTopicsByCluster,
        RequestCode.GetKvConfig, RequestCode.UpdateAndCreateTopic, RequestCode.DeleteTopicInBroker,
        RequestCode.GetTopicStatsInfo, RequestCode.UpdateAndCreateSubscriptionGroup,
        RequestCode.DeleteSubscriptionGroup, RequestCode.GetConsumerConnectionList, RequestCode.GetConsumeStats,
        RequestCode.RecallMessage, RequestCode.EndTransaction, RequestCode.ResumeCheckHalfMessage,
        RequestCode.GetProducerConnectionList, RequestCode.QueryTopicConsumeByWho, RequestCode.QueryTopicsByConsumer,
        RequestCode.QuerySubscriptionByConsumer, RequestCode.GetTopicConfig, RequestCode.GetSubscriptionGroupConfig,
        RequestCode.GetConsumerRunningInfo, RequestCode.ConsumeMessageDirectly,
        RequestCode.InvokeBrokerToGetConsumerStatus, RequestCode.SendReplyMessage, RequestCode.SendReplyMessageV2,
        RequestCode.ViewBrokerStatsData, RequestCode.GetBrokerConsumeStats, RequestCode.PutKvConfig,
        RequestCode.DeleteKvConfig, RequestCode.GetKvListByNamespace, RequestCode.QueryConsumeQueue,
        RequestCode.QueryDataVersion, RequestCode.UpdateAndCreateTopicList,
        RequestCode.UpdateAndCreateSubscriptionGroupList,
        RequestCode.EndTransactionByOperator, RequestCode.ResumeTransactions,
        RequestCode.InvokeBrokerToResetOffset, RequestCode.CloneGroupOffset, RequestCode.QueryConsumeTimeSpan,
        RequestCode.QueryCorrectionOffset,
        RequestCode.PopMessage, RequestCode.AckMessage, RequestCode.BatchAckMessage,
        RequestCode.ChangeMessageInvisibleTime, RequestCode.PeekMessage, RequestCode.Notification,
        RequestCode.PollingInfo,
        RequestCode.ListDeadLetters, RequestCode.ShowDeadLetter, RequestCode.ResendDeadLetters,
        RequestCode.TraceMessage,
        RequestCode.QueryAssignment, RequestCode.SetMessageRequestMode,
    ];

    [Theory]
    [InlineData(SerializeType.Json)]
    [InlineData(SerializeType.Binary)]
    public void UnknownRequest_IsAnsweredNotSupported(SerializeType serializeType)
    {
        RemotingCommand answer = _client.Call(9_999, serializeType: serializeType);

        Assert.Equal((3, serializeType), (answer.Code, answer.SerializeType));
        Assert.Contains("9999", answer.Remark, StringComparison.Ordinal);
        _client.AssertAlive();
    }

    [Fact]
    public void BadHeader_IsAnswered_WhenItsOpaqueCanBeRead()
    {
        _client.Peer.Send(TestClient.Frame("""{"code":105,"opaque":77,"extFields":["""));

        RemotingCommand answer = _client.Receive();
        Assert.Equal(((int)ResponseCode.SystemError, 77), (answer.Code, answer.Opaque));
        Assert.False(string.IsNullOrEmpty(answer.Remark));
        _client.AssertAlive();
    }

    [Theory]
    [InlineData("{\"code\":")]
    [InlineData("no header")]
    [InlineData("")]
    public void BadHeader_ClosesItsConnectionOnly_WhenNobodyCanBeAnswered(string header)
    {
        _client.Peer.Send(TestClient.Frame(header));

        _client.Peer.AssertClosed();
        _broker.Logger.WaitFor(BadCommandEvent);
        _other.AssertAlive();
    }

    [Fact]
    public void TruncatedHeader_ClosesItsConnectionOnly()
    {
        _client.Peer.Send(TestClient.Frame("""{"code":106,"opaque":1}""", statedLength: 1_000));

        _client.Peer.AssertClosed();
        _other.AssertAlive();
    }

    [Fact]
    public void OversizedFrame_ClosesItsConnectionOnly()
    {
        byte[] length = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(length, TestBroker.MaxFrameBytes + 1);
        _client.Peer.Send(length);

        _client.Peer.AssertClosed();
        _other.AssertAlive();
    }

    [Fact]
    public void UnfinishedFrame_KeepsNobodyWaiting()
    {
        byte[] frame = TestClient.Frame($$"""{"code":{{(int)RequestCode.GetBrokerClusterInfo}},"opaque":5}""");
        _client.Peer.Send(frame.AsSpan(0, frame.Length / 2));
        _other.AssertAlive();

        _client.Peer.Send(frame.AsSpan(frame.Length / 2));
        Assert.Equal(5, _client.Receive().Opaque);
    }

    [Theory]
    [MemberData(nameof(RequestsWithContent))]
    public void EmptyRequest_IsAnsweredWithWhatIsMissing(RequestCode code)
    {
        RemotingCommand answer = _client.Call((int)code);

        Assert.Equal((int)ResponseCode.SystemError, answer.Code);
        Assert.False(string.IsNullOrEmpty(answer.Remark));
        _client.AssertAlive();
    }

    [Fact]
    public void OneWayRequest_GetsNoAnswer()
    {
        _client.Send(9_999, isOneWay: true);
        _client.Send((int)RequestCode.SendMessage, isOneWay: true);
        _client.Send((int)RequestCode.Heartbeat, isOneWay: true);
        _client.Send((int)RequestCode.GetBrokerClusterInfo, isOneWay: true);

        // Answers come in order, so that the first one belongs to this request or to one of those.
        _client.AssertAlive();
    }

    [Fact]
    public void Response_GetsNoAnswer()
    {
        _client.Peer.Send(TestClient.Frame("""{"code":0,"opaque":1,"flag":1}"""));

        _client.AssertAlive();
    }

    [Fact]
    public void HeldPull_IsAnswered_WhenAnotherConnectionSends()
    {
        _other.Call((int)RequestCode.SendMessage, Message(), "first");
        int opaque = _client.Send((int)RequestCode.PullMessage, Pull(offset: 1));
        _client.AssertAlive();

        RemotingCommand sent = _other.Call((int)RequestCode.SendMessage, Message(), "second");
        RemotingCommand pulled = _client.Receive();

        Assert.Equal(((int)ResponseCode.Success, "1"), (sent.Code, sent.Fields["queueOffset"]));
        Assert.Equal(((int)ResponseCode.Success, opaque), (pulled.Code, pulled.Opaque));
        Assert.Equal("2", pulled.Fields["nextBeginOffset"]);
        Assert.True(pulled.Body.Span.IndexOf("second"u8) > 0);
        Assert.Equal(-1, pulled.Body.Span.IndexOf("first"u8));
    }

    [Fact]
    public void ClosedConnection_LeavesItsGroups()
    {
        string heartbeat = """
            {"clientID":"one","producerDataSet":[],"consumerDataSet":[{"groupName":"consumers",
            "consumeType":"CONSUME_PASSIVELY","messageModel":"CLUSTERING","consumeFromWhere":"CONSUME_FROM_LAST_OFFSET",
            "subscriptionDataSet":[{"topic":"Orders","subString":"*","subVersion":1}]}]}
            """;
        Assert.Equal((int)ResponseCode.Success, _client.Call((int)RequestCode.Heartbeat, body: heartbeat).Code);
        var group = new Dictionary<string, string> { ["consumerGroup"] = "consumers" };
        RemotingCommand members = _other.Call((int)RequestCode.GetConsumerListByGroup, group);
        Assert.Equal("""{"consumerIdList":["one"]}""", Encoding.UTF8.GetString(members.Body.Span));

        _client.Dispose();
        Assert.True(SpinWait.SpinUntil(
            () => _broker.Node.Groups.Find("consumers")!.Read(state => !state.IsOnline), TimeSpan.FromSeconds(20)));
    }

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    private static Dictionary<string, string> Message() => new()
    {
        ["producerGroup"] = "producers",
        ["topic"] = "Orders",
        ["defaultTopic"] = "TBW102",
        ["defaultTopicQueueNums"] = "4",
        ["queueId"] = "0",
        ["sysFlag"] = "0",
        ["bornTimestamp"] = "1",
        ["flag"] = "0",
    };

    private static Dictionary<string, string> Pull(long offset) => new()
    {
        ["consumerGroup"] = "consumers",
        ["topic"] = "Orders",
        ["queueId"] = "0",
        ["queueOffset"] = $"{offset}",
        ["maxMsgNums"] = "32",
        ["sysFlag"] = "6",
        ["commitOffset"] = "0",
        ["suspendTimeoutMillis"] = "20000",
        ["subscription"] = "*",
        ["subVersion"] = "1",
    };
}
