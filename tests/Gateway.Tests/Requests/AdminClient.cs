using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Gateway.Tests.Requests;

/// <summary>Asks as RocketMQ's admin tools do, and expects success unless told otherwise.</summary>
internal sealed class AdminClient(TestClient client)
{
    /// <summary>Sends a request, its fields as "name=value", and returns the answer.</summary>
    public RemotingCommand Call(RequestCode code, params string[] fields) => Answer(code, fields, "", 0);

    /// <summary>The same for a request with a body.</summary>
    public RemotingCommand CallWith(RequestCode code, string body, params string[] fields) =>
        Answer(code, fields, body, 0);

    /// <summary>The same for one that is refused.</summary>
    public RemotingCommand Refused(RequestCode code, ResponseCode expected, params string[] fields) =>
        Answer(code, fields, "", expected);

    public void CreateTopic(string topic, int queues = 2, bool order = false) => Call(
        RequestCode.UpdateAndCreateTopic, $"topic={topic}", "defaultTopic=TBW102", $"readQueueNums={queues}",
        $"writeQueueNums={queues}", "perm=6", "topicFilterType=SINGLE_TAG", "topicSysFlag=0",
        $"order={(order ? "true" : "false")}");

    public RemotingCommand Send(string topic, string body, string properties = "", int queueId = 0) => CallWith(
        RequestCode.SendMessageV2, body, "a=CLIENT_INNER_PRODUCER", $"b={topic}", "c=TBW102", "d=4", $"e={queueId}",
        "f=0", "g=1", "h=0", $"i={properties}", "j=0", "k=false", "l=16", "m=false");

    public RemotingCommand Pull(
        string group, string topic, long offset, ResponseCode expected = ResponseCode.Success, int count = 32) =>
        Answer(
            RequestCode.PullMessage,
            [
                $"consumerGroup={group}", $"topic={topic}", "queueId=0", $"queueOffset={offset}", $"maxMsgNums={count}",
                "sysFlag=4", "commitOffset=0", "suspendTimeoutMillis=0", "subscription=*", "subVersion=1",
                "expressionType=TAG",
            ],
            "", expected);

    public void Commit(string group, string topic, long offset) => Call(
        RequestCode.UpdateConsumerOffset, $"consumerGroup={group}", $"topic={topic}", "queueId=0",
        $"commitOffset={offset}");

    /// <summary>A producer and a consumer of a topic say that they are there.</summary>
    public void Heartbeat(string topic) => CallWith(RequestCode.Heartbeat, $$"""
        {"clientID":"10.0.0.1@7","producerDataSet":[{"groupName":"producers"}],"consumerDataSet":[{"groupName":"consumers",
        "consumeType":"CONSUME_PASSIVELY","messageModel":"CLUSTERING","consumeFromWhere":"CONSUME_FROM_LAST_OFFSET",
        "subscriptionDataSet":[{"topic":"{{topic}}","subString":"*","expressionType":"TAG","subVersion":7}]}]}
        """);

    private RemotingCommand Answer(RequestCode code, string[] fields, string body, ResponseCode expected)
    {
        Dictionary<string, string> named =
            fields.Select(field => field.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        RemotingCommand answer = client.Call((int)code, named, body);
        Assert.True((int)expected == answer.Code, $"{code}: {answer.Code} {answer.Remark}");
        return answer;
    }
}
