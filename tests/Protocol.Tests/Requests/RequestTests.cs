using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;
using OrleansMq.Protocol.Requests;
using OrleansMq.Protocol.Tests.Remoting;

namespace OrleansMq.Protocol.Tests.Requests;

/// <summary>What holds of every typed request: which fields it needs, and what each of them may be.</summary>
public sealed class RequestTests
{
    public static TheoryData<int, string, string> Fields()
    {
        var data = new TheoryData<int, string, string>();
        foreach ((int code, string fields, _) in RequestShapes.All)
        {
            foreach (string field in fields.Split(' '))
                data.Add(code, field.Split('=')[0], field.Split('=')[1]);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Fields))]
    public void TryRead_Accepts_WhenAllFieldsAreThere(int code, string name, string kind)
    {
        Assert.Null(ProblemOf(code, name, RequestShapes.ValidValue(kind)));
    }

    [Theory]
    [MemberData(nameof(Fields))]
    public void TryRead_NamesTheField_WhenItIsMissing(int code, string name, string kind)
    {
        string? expected = kind.EndsWith('?')
            ? null
            : $"The field '{name}' is missing; {RequestCodeNames.Of(code)} needs it.";

        Assert.Equal(expected, ProblemOf(code, name, null));
    }

    [Theory]
    [MemberData(nameof(Fields))]
    public void TryRead_NamesTheField_WhenItsValueIsWrong(int code, string name, string kind)
    {
        (string value, string? expected) = kind.TrimEnd('?') switch
        {
            "text" => ("", "a text that is not empty"),
            "int" => ("4294967296", "a 32-bit number"),
            "long" => ("18446744073709551616", "a 64-bit number"),
            "boolean" => ("maybe", "'true' or 'false'"),
            _ => ("", null),
        };

        Assert.Equal(
            expected is null ? null : $"The field '{name}' is '{value}'; {expected} is expected.",
            ProblemOf(code, name, value));
    }

    [Fact]
    public void SendMessage_GivesAllFields_ByTheirLongNames()
    {
        CommandReader command = Frames.Request(
            10, "producerGroup", "g", "topic", "t", "defaultTopic", "TBW102", "defaultTopicQueueNums", "4",
            "queueId", "-1",
            "sysFlag", "5", "bornTimestamp", "1700000000000", "flag", "6", "properties", "p", "reconsumeTimes", "7",
            "unitMode", "true", "maxReconsumeTimes", "8", "batch", "true", "bname", "b");

        AssertSend(command, isBatch: true);
    }

    [Fact]
    public void SendMessage_GivesAllFields_ByTheLetters()
    {
        string[] fields =
        [
            "a", "g", "b", "t", "c", "TBW102", "d", "4", "e", "-1", "f", "5", "g", "1700000000000", "h", "6", "i", "p",
            "j", "7", "k", "true", "l", "8", "m", "false", "n", "b",
        ];

        AssertSend(Frames.Request(310, fields), isBatch: false);
        AssertSend(Frames.Request(320, fields), isBatch: true);
    }

    [Fact]
    public void SendMessage_TakesDefaults_OfTheJavaClientsSend()
    {
        Assert.True(SendMessageRequest.TryRead(
            Frames.Read(Frames.Json(Frames.JavaSend, "body")), out SendMessageRequest request, out _));

        Assert.Equal("KEYS\u0001k\u0002WAIT\u0001true\u0002"u8, request.Properties);
        Assert.Equal("body"u8, request.Body);
        Assert.Equal(-1, request.MaxReconsumeTimes);
        Assert.False(request.IsBatch);
        Assert.True(request.BrokerName.IsEmpty);
    }

    [Fact]
    public void PullMessage_GivesAllFields()
    {
        CommandReader command = Frames.Request(
            11, "consumerGroup", "g", "topic", "t", "queueId", "1", "queueOffset", "2", "maxMsgNums", "3",
            "sysFlag", "7",
            "commitOffset", "4", "suspendTimeoutMillis", "15000", "subscription", "a||b", "subVersion", "6",
            "expressionType", "TAG", "maxMsgBytes", "9");

        Assert.True(PullMessageRequest.TryRead(command, out PullMessageRequest request, out _));
        Assert.Equal("g"u8, request.ConsumerGroup);
        Assert.Equal("t"u8, request.Topic);
        Assert.Equal("a||b"u8, request.Subscription);
        Assert.Equal("TAG"u8, request.ExpressionType);
        Assert.Equal(PullFlags.CommitOffset | PullFlags.Suspend | PullFlags.Subscription, request.Flags);
        Assert.Equal((1, 2L, 3, 4L), (request.QueueId, request.QueueOffset, request.MaxMessages, request.CommitOffset));
        Assert.Equal(
            (15000L, 6L, 9), (request.SuspendTimeoutMilliseconds, request.SubscriptionVersion, request.MaxBytes));
    }

    [Fact]
    public void ConsumerOffset_GivesAllFields()
    {
        string[] fields = ["consumerGroup", "g", "topic", "t", "queueId", "1", "commitOffset", "2"];

        Assert.True(UpdateConsumerOffsetRequest.TryRead(
            Frames.Request(15, fields), out UpdateConsumerOffsetRequest update, out _));
        Assert.Equal("g"u8, update.ConsumerGroup);
        Assert.Equal("t"u8, update.Topic);
        Assert.Equal((1, 2L), (update.QueueId, update.CommitOffset));

        Assert.True(QueryConsumerOffsetRequest.TryRead(
            Frames.Request(14, fields), out QueryConsumerOffsetRequest query, out _));
        Assert.Equal("g"u8, query.ConsumerGroup);
        Assert.Equal("t"u8, query.Topic);
        Assert.Equal(1, query.QueueId);
        Assert.True(query.IsZeroWhenNotFound);
    }

    private static string? ProblemOf(int code, string name, string? value)
    {
        (_, string fields, RequestShapes.Reader read) = RequestShapes.All.Single(shape => shape.Code == code);
        RemotingCommand command = RequestShapes.ValidCommand(code, fields);
        if (value is null)
            command.Fields.Remove(name);
        else
            command.Fields[name] = value;
        return read(Frames.Read(Frames.Encode(command)));
    }

    private static void AssertSend(CommandReader command, bool isBatch)
    {
        Assert.True(SendMessageRequest.TryRead(command, out SendMessageRequest request, out string? problem), problem);
        Assert.Equal("g"u8, request.ProducerGroup);
        Assert.Equal("t"u8, request.Topic);
        Assert.Equal("TBW102"u8, request.DefaultTopic);
        Assert.Equal("p"u8, request.Properties);
        Assert.Equal("b"u8, request.BrokerName);
        Assert.Equal((4, -1, 5), (request.DefaultTopicQueueCount, request.QueueId, (int)request.SystemFlags));
        Assert.Equal((1700000000000L, 6, 7), (request.BornTimestamp, request.Flag, request.ReconsumeTimes));
        Assert.Equal((true, 8, isBatch), (request.IsUnitMode, request.MaxReconsumeTimes, request.IsBatch));
    }
}
