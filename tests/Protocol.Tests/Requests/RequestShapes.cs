using OrleansMq.Protocol.Remoting;
using OrleansMq.Protocol.Requests;

namespace OrleansMq.Protocol.Tests.Requests;

/// <summary>
/// Every typed request: its code, its fields as "name=kind", where a kind ends in "?" if the field may be missing, and
/// how it is read.
/// </summary>
internal static class RequestShapes
{
    public const string LongSend = "producerGroup=text topic=text defaultTopic=blank defaultTopicQueueNums=int "
        + "queueId=int sysFlag=int bornTimestamp=long flag=int properties=blank? reconsumeTimes=int? unitMode=boolean? "
        + "maxReconsumeTimes=int? batch=boolean? bname=blank?";

    public const string LetterSend = "a=text b=text c=blank d=int e=int f=int g=long h=int i=blank? j=int? k=boolean? "
        + "l=int? m=boolean? n=blank?";

    private const string Pull = "consumerGroup=text topic=text queueId=int queueOffset=long maxMsgNums=int sysFlag=int "
        + "commitOffset=long suspendTimeoutMillis=long subscription=blank? subVersion=long expressionType=blank? "
        + "maxMsgBytes=int?";

    private const string Queue = "topic=text queueId=int";

    public static readonly (int Code, string Fields, Reader Read)[] All =
    [
        (10, LongSend, Send),
        (324, LongSend, Send),
        (310, LetterSend, Send),
        (320, LetterSend, Send),
        (325, LetterSend, Send),
        (11, Pull, PullMessage),
        (361, Pull, PullMessage),
        (14, "consumerGroup=text topic=text queueId=int setZeroIfNotFound=boolean?", QueryConsumerOffset),
        (15, "consumerGroup=text topic=text queueId=int commitOffset=long", UpdateConsumerOffset),
        (29, "topic=text queueId=int timestamp=long boundaryType=blank?",
            command => Problem(SearchOffsetRequest.TryRead(command, out _, out string? problem), problem)),
        (30, Queue, command => Problem(QueueRequest.TryRead(command, out _, out string? problem), problem)),
        (31, Queue, command => Problem(QueueRequest.TryRead(command, out _, out string? problem), problem)),
        (32, Queue, command => Problem(QueueRequest.TryRead(command, out _, out string? problem), problem)),
        (33, "offset=long",
            command => Problem(ViewMessageRequest.TryRead(command, out _, out string? problem), problem)),
        (12, "topic=text key=text maxNum=int beginTimestamp=long endTimestamp=long _UNIQUE_KEY_QUERY=boolean?",
            command => Problem(QueryMessageRequest.TryRead(command, out _, out string? problem), problem)),
        (35, "clientID=text producerGroup=blank? consumerGroup=blank?",
            command => Problem(UnregisterClientRequest.TryRead(command, out _, out string? problem), problem)),
        (36, "offset=long group=text delayLevel=int originMsgId=blank? originTopic=blank? unitMode=boolean? "
            + "maxReconsumeTimes=int?",
            command => Problem(ConsumerSendMessageBackRequest.TryRead(command, out _, out string? problem), problem)),
        (37, "producerGroup=text tranStateTableOffset=long commitLogOffset=long commitOrRollback=int "
            + "fromTransactionCheck=boolean? msgId=blank?",
            command => Problem(EndTransactionRequest.TryRead(command, out _, out string? problem), problem)),
        (370, "topic=text recallHandle=text",
            command => Problem(RecallMessageRequest.TryRead(command, out _, out string? problem), problem)),
        (323, "msgId=text",
            command => Problem(ResumeTransactionRequest.TryRead(command, out _, out string? problem), problem)),
        (30011, "brokerName=blank? state=blank? producerGroup=blank? cursor=blank? maxNum=int?",
            command => Problem(ListTransactionsRequest.TryRead(command, out _, out string? problem), problem)),
        (38, "consumerGroup=text",
            command => Problem(ConsumerListRequest.TryRead(command, out _, out string? problem), problem)),
        (17, "topic=text defaultTopic=blank readQueueNums=int writeQueueNums=int perm=int topicFilterType=text "
            + "topicSysFlag=int? order=boolean attributes=blank?",
            command => Problem(CreateTopicRequest.TryRead(command, out _, out string? problem), problem)),
        (215, "topic=text",
            command => Problem(DeleteTopicRequest.TryRead(command, out _, out string? problem), problem)),
        (207, "groupName=text removeOffset=boolean? cleanOffset=boolean?",
            command => Problem(DeleteSubscriptionGroupRequest.TryRead(command, out _, out string? problem), problem)),
        (105, "topic=text acceptStandardJsonOnly=boolean?",
            command => Problem(GetRouteRequest.TryRead(command, out _, out string? problem), problem)),
        (100, "namespace=text key=text value=blank", KvConfig),
        (101, "namespace=text key=text", KvConfig),
        (102, "namespace=text key=text", KvConfig),
        (219, "namespace=text", KvConfig),
        (224, "cluster=text",
            command => Problem(ClusterTopicsRequest.TryRead(command, out _, out string? problem), problem)),
        (202, "topic=text",
            command => Problem(TopicStatsRequest.TryRead(command, out _, out string? problem), problem)),
        (203, "consumerGroup=text",
            command => Problem(ConsumerConnectionRequest.TryRead(command, out _, out string? problem), problem)),
        (204, "producerGroup=text",
            command => Problem(ProducerConnectionRequest.TryRead(command, out _, out string? problem), problem)),
        (208, "consumerGroup=text topic=blank?",
            command => Problem(ConsumeStatsRequest.TryRead(command, out _, out string? problem), problem)),
        (315, "statsName=text statsKey=text",
            command => Problem(ViewStatisticsRequest.TryRead(command, out _, out string? problem), problem)),
        (317, "isOrder=boolean",
            command => Problem(BrokerConsumeStatsRequest.TryRead(command, out _, out string? problem), problem)),
        (321, "topic=text queueId=int index=long count=int consumerGroup=blank?",
            command => Problem(QueryConsumeQueueRequest.TryRead(command, out _, out string? problem), problem)),
        (322, "brokerName=text brokerAddr=text clusterName=text",
            command => Problem(QueryDataVersionRequest.TryRead(command, out _, out string? problem), problem)),
        (30022, "group=text topic=blank? beginTimestamp=long? endTimestamp=long? maxNum=int? cursor=blank?",
            command => Problem(ListDeadLettersRequest.TryRead(command, out _, out string? problem), problem)),
        (30023, "group=text msgId=text",
            command => Problem(ShowDeadLetterRequest.TryRead(command, out _, out string? problem), problem)),
        (30024, "group=text msgIds=blank? topic=blank? beginTimestamp=long? endTimestamp=long? maxNum=int? "
            + "cursor=blank? toTopic=boolean? dryRun=boolean? force=boolean?",
            command => Problem(ResendDeadLettersRequest.TryRead(command, out _, out string? problem), problem)),
        (30031, "msgId=text topic=blank? group=blank? maxNum=int?",
            command => Problem(TraceMessageRequest.TryRead(command, out _, out string? problem), problem)),
        (343, "group=text", Group),
        (352, "group=text", Group),
        (345, "group=text topic=text",
            command => Problem(GroupTopicRequest.TryRead(command, out _, out string? problem), problem)),
        (222, "topic=text group=text timestamp=long isForce=boolean queueId=int? offset=long?",
            command => Problem(ResetOffsetRequest.TryRead(command, out _, out string? problem), problem)),
    ];

    public delegate string? Reader(CommandReader command);

    /// <summary>A value that fits a kind.</summary>
    public static string ValidValue(string kind) => kind.TrimEnd('?') switch
    {
        "int" or "long" => "1",
        "boolean" => "true",
        _ => "t",
    };

    /// <summary>A command with a valid value for each field.</summary>
    public static RemotingCommand ValidCommand(int code, string fields)
    {
        var command = new RemotingCommand { Code = code, Opaque = 1 };
        foreach (string field in fields.Split(' '))
            command.Fields[field.Split('=')[0]] = ValidValue(field.Split('=')[1]);
        return command;
    }

    private static string? Problem(bool isRead, string? problem)
    {
        Assert.Equal(problem is null, isRead);
        return problem;
    }

    private static string? Send(CommandReader command) =>
        Problem(SendMessageRequest.TryRead(command, out _, out string? problem), problem);

    private static string? PullMessage(CommandReader command) =>
        Problem(PullMessageRequest.TryRead(command, out _, out string? problem), problem);

    private static string? QueryConsumerOffset(CommandReader command) =>
        Problem(QueryConsumerOffsetRequest.TryRead(command, out _, out string? problem), problem);

    private static string? UpdateConsumerOffset(CommandReader command) =>
        Problem(UpdateConsumerOffsetRequest.TryRead(command, out _, out string? problem), problem);

    private static string? Group(CommandReader command) =>
        Problem(GroupRequest.TryRead(command, out _, out string? problem), problem);

    private static string? KvConfig(CommandReader command) =>
        Problem(KvConfigRequest.TryRead(command, out _, out string? problem), problem);
}
