using System.Buffers;
using OrleansMq.Messages.Tests.Fuzzing;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Tests.Bodies;

namespace OrleansMq.Protocol.Tests.Fuzzing;

/// <summary>
/// Goal: no body makes its reader throw or allocate much; what is read, written and read again is written the same.
/// </summary>
[Trait("Tier", "Fuzz")]
public sealed class BodyFuzzTests
{
    private const int AllowedExtraBytes = 64 * 1024;
    private const string Queue = "{\"brokerName\":\"b\",\"queueId\":1,\"topic\":\"t\"}";
    private const string Subscription =
        "{\"classFilterMode\":false,\"codeSet\":[1],\"expressionType\":\"TAG\",\"subString\":\"*\","
        + "\"subVersion\":\"1\",\"tagsSet\":[\"a\"],\"topic\":\"t\"}";

    private const string Connection =
        "{\"clientAddr\":\"1.2.3.4:5\",\"clientId\":\"c\",\"language\":\"JAVA\",\"version\":409}";

    private const string Broker = "{\"brokerAddrs\":{0:\"a:1\",1:\"b:2\"},\"brokerName\":\"b\",\"cluster\":\"c\"}";

    private delegate bool TryRead<T>(ReadOnlySpan<byte> body, out T? value, out string? problem);

    [Fact]
    public void Heartbeat_IsWrittenTheSame() => Check<HeartbeatData>(
        "{\"clientID\":\"c\",\"producerDataSet\":[{\"groupName\":\"p\"}],\"consumerDataSet\":[{\"groupName\":\"g\","
        + "\"consumeType\":\"CONSUME_PASSIVELY\",\"messageModel\":\"CLUSTERING\",\"consumeFromWhere\":"
        + "\"CONSUME_FROM_LAST_OFFSET\",\"subscriptionDataSet\":[" + Subscription + "],\"unitMode\":false}]}",
        HeartbeatData.TryRead, (body, output) => body.WriteTo(output));

    [Fact]
    public void LockBatch_IsWrittenTheSame() => Check<LockBatchBody>(
        "{\"clientId\":\"c\",\"consumerGroup\":\"g\",\"mqSet\":[" + Queue + "],\"onlyThisBroker\":false}",
        LockBatchBody.TryRead, (body, output) => body.WriteTo(output));

    [Fact]
    public void LockBatchResponse_IsWrittenTheSame() => Check<LockBatchResponse>(
        "{\"lockOKMQSet\":[" + Queue + "]}", LockBatchResponse.TryRead, (body, output) => body.WriteTo(output));

    [Fact]
    public void ConsumerList_IsWrittenTheSame() => Check<ConsumerList>(
        "{\"consumerIdList\":[\"a\",\"b\"]}", ConsumerList.TryRead, (body, output) => body.WriteTo(output));

    [Fact]
    public void GroupList_IsWrittenTheSame() => Check<GroupList>(
        "{\"groupList\":[\"a\",\"b\"]}", GroupList.TryRead, (body, output) => body.WriteTo(output));

    [Fact]
    public void ProducerTable_IsWrittenTheSame() => Check<ProducerTable>(
        "{\"data\":{\"p\":[{\"clientId\":\"c\",\"remoteIP\":\"a:1\",\"language\":\"JAVA\",\"version\":1}]}}",
        ProducerTable.TryRead, (body, output) => body.WriteTo(output));

    [Fact]
    public void GroupSubscription_IsWrittenTheSame() => Check<GroupSubscription>(
        "{\"group\":\"g\",\"topic\":\"t\",\"subscriptionData\":" + Subscription + "}",
        GroupSubscription.TryRead, (body, output) => body.WriteTo(output));

    [Fact]
    public void CheckClientConfig_IsWrittenTheSame() => Check<CheckClientConfigBody>(
        "{\"clientId\":\"c\",\"group\":\"g\",\"subscriptionData\":" + Subscription + "}",
        CheckClientConfigBody.TryRead, (body, output) => body.WriteTo(output));

    [Fact]
    public void SubscriptionGroupTable_IsWrittenTheSame() => Check<SubscriptionGroupTable>(
        "{\"subscriptionGroupTable\":{\"g\":{\"groupName\":\"g\",\"retryMaxTimes\":16,\"attributes\":{\"a\":\"b\"}}},"
        + "\"dataVersion\":{\"counter\":1,\"timestamp\":2}}",
        SubscriptionGroupTable.TryRead, (body, output) => body.WriteTo(output));

    [Fact]
    public void SubscriptionGroupConfig_IsWrittenTheSame() => Check<SubscriptionGroupConfig>(
        "{\"groupName\":\"g\",\"consumeEnable\":true,\"retryQueueNums\":1,\"brokerId\":0}",
        SubscriptionGroupConfig.TryRead, (body, output) => body.WriteTo(output));

    [Fact]
    public void TopicConfigTable_IsWrittenTheSame() => Check<TopicConfigTable>(
        "{\"topicConfigTable\":{\"t\":{\"topicName\":\"t\",\"perm\":6,\"topicFilterType\":\"SINGLE_TAG\"}},"
        + "\"dataVersion\":{\"counter\":1,\"timestamp\":2}}",
        TopicConfigTable.TryRead, (body, output) => body.WriteTo(output));

    [Fact]
    public void TopicRoute_IsWrittenTheSame() => Check<TopicRouteData>(
        "{\"brokerDatas\":[" + Broker + "],\"queueDatas\":[{\"brokerName\":\"b\",\"perm\":6,\"readQueueNums\":4}],"
        + "\"filterServerTable\":{}}",
        TopicRouteData.TryRead, (body, output) => body.WriteTo(output));

    [Fact]
    public void ClusterInfo_IsWrittenTheSame() => Check<ClusterInfo>(
        "{\"brokerAddrTable\":{\"b\":" + Broker + "},\"clusterAddrTable\":{\"c\":[\"b\"]}}",
        ClusterInfo.TryRead, (body, output) => body.WriteTo(output));

    [Fact]
    public void TopicList_IsWrittenTheSame() => Check<TopicList>(
        "{\"topicList\":[\"a\",\"b\"],\"brokerAddr\":\"x\"}",
        TopicList.TryRead, (body, output) => body.WriteTo(output));

    [Fact]
    public void KvTable_IsWrittenTheSame() => Check<KvTable>(
        "{\"table\":{\"a\":\"b\",\"c\":null}}", KvTable.TryRead, (body, output) => body.WriteTo(output));

    [Fact]
    public void ConsumerConnection_IsWrittenTheSame() => Check<ConsumerConnection>(
        "{\"connectionSet\":[" + Connection + "],\"subscriptionTable\":{\"t\":" + Subscription + "},"
        + "\"consumeType\":\"CONSUME_POP\"}",
        ConsumerConnection.TryRead, (body, output) => body.WriteTo(output));

    [Fact]
    public void ProducerConnection_IsWrittenTheSame() => Check<ProducerConnection>(
        "{\"connectionSet\":[" + Connection + "]}",
        ProducerConnection.TryRead, (body, output) => body.WriteTo(output));

    [Fact]
    public void TopicStats_AreWrittenTheSame() => Check<TopicStatsTable>(
        "{\"offsetTable\":{" + Queue + ":{\"minOffset\":1,\"maxOffset\":2,\"lastUpdateTimestamp\":3}}}",
        TopicStatsTable.TryRead, (body, output) => body.WriteTo(output));

    [Fact]
    public void ConsumeStats_AreWrittenTheSame() => Check<ConsumeStats>(
        "{\"consumeTps\":1.5,\"offsetTable\":{" + Queue + ":{\"brokerOffset\":1,\"consumerOffset\":2}}}",
        ConsumeStats.TryRead, (body, output) => body.WriteTo(output));

    [Fact]
    public void ResetOffset_IsWrittenTheSame() => Check<ResetOffsetBody>(
        "{\"offsetTable\":{" + Queue + ":12," + Queue + ":13}}",
        ResetOffsetBody.TryRead, (body, output) => body.WriteTo(output));

    private static void Check<T>(string valid, TryRead<T> tryRead, Action<T, IBufferWriter<byte>> write)
        where T : class
    {
        byte[] validBody = BodyText.Bytes(valid);
        Assert.True(tryRead(validBody, out _, out string? problem), problem);
        FuzzRun.Check(random =>
        {
            byte[] body = ProtocolMutation.JsonText(random, validBody);
            long before = GC.GetAllocatedBytesForCurrentThread();
            bool isRead = tryRead(body, out T? value, out string? problem);
            Assert.InRange(
                GC.GetAllocatedBytesForCurrentThread() - before, 0, (2L * body.Length) + AllowedExtraBytes);
            Assert.Equal(isRead, problem is null);
            Assert.Equal(isRead, value is not null);
            if (!isRead)
                return;

            byte[] written = BodyText.Bytes(BodyText.Of(output => write(value!, output)));
            Assert.True(tryRead(written, out T? again, out problem), problem);
            Assert.Equal(written, BodyText.Bytes(BodyText.Of(output => write(again!, output))));
        });
    }
}
