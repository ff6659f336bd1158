using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrleansMq.Protocol.Bodies;

/// <summary>The generated readers and writers of all bodies.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(HeartbeatData))]
[JsonSerializable(typeof(BatchAckBody))]
[JsonSerializable(typeof(RequestModeBody))]
[JsonSerializable(typeof(RequestModeTable))]
[JsonSerializable(typeof(AssignmentQuestion))]
[JsonSerializable(typeof(AssignmentList))]
[JsonSerializable(typeof(LockBatchBody))]
[JsonSerializable(typeof(LockBatchResponse))]
[JsonSerializable(typeof(ConsumerList))]
[JsonSerializable(typeof(CheckClientConfigBody))]
[JsonSerializable(typeof(SubscriptionGroupConfig))]
[JsonSerializable(typeof(SubscriptionGroupTable))]
[JsonSerializable(typeof(TopicConfig))]
[JsonSerializable(typeof(TopicConfigTable))]
[JsonSerializable(typeof(TopicRouteData))]
[JsonSerializable(typeof(ClusterInfo))]
[JsonSerializable(typeof(TopicList))]
[JsonSerializable(typeof(KvTable))]
[JsonSerializable(typeof(ConsumerConnection))]
[JsonSerializable(typeof(ProducerConnection))]
[JsonSerializable(typeof(ProducerTable))]
[JsonSerializable(typeof(GroupList))]
[JsonSerializable(typeof(GroupSubscription))]
[JsonSerializable(typeof(TopicStatsTable))]
[JsonSerializable(typeof(UnreadAlarmTable))]
[JsonSerializable(typeof(ConsumeStats))]
[JsonSerializable(typeof(ConsumeStatsList))]
[JsonSerializable(typeof(TopicConfigList))]
[JsonSerializable(typeof(SubscriptionGroupList))]
[JsonSerializable(typeof(ConsumeQueueEntries))]
[JsonSerializable(typeof(DelayOffsets))]
[JsonSerializable(typeof(DataVersion))]
[JsonSerializable(typeof(BrokerStatsData))]
[JsonSerializable(typeof(ResetOffsetBody))]
[JsonSerializable(typeof(ConsumerStatusBody))]
[JsonSerializable(typeof(ConsumerRunningInfo))]
[JsonSerializable(typeof(DirectConsumption))]
[JsonSerializable(typeof(TransactionList))]
[JsonSerializable(typeof(ResumedTransactions))]
[JsonSerializable(typeof(ConsumeTimeSpans))]
[JsonSerializable(typeof(CorrectionOffsets))]
[JsonSerializable(typeof(MessageQueueParts))]
[JsonSerializable(typeof(DeadLetterGroups))]
[JsonSerializable(typeof(DeadLetterList))]
[JsonSerializable(typeof(DeadLetterDetails))]
[JsonSerializable(typeof(ResendReport))]
[JsonSerializable(typeof(MessageTrace))]
[JsonSerializable(typeof(double))]
[JsonSerializable(typeof(long))]
[JsonSerializable(typeof(string))]
internal sealed partial class BodyJsonContext : JsonSerializerContext
{
    /// <summary>Escapes only what JSON demands: the bodies never stand in a web page.</summary>
    public static JavaScriptEncoder Encoder => JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    /// <summary>The context to use; the generated default one knows nothing of RocketMQ's ways.</summary>
    public static BodyJsonContext Instance { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        NumberHandling = JsonNumberHandling.AllowReadingFromString,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        MaxDepth = BodyJson.MaxDepth,
        Encoder = Encoder,
    });
}
