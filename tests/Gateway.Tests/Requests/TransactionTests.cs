using System.Globalization;
using System.Text;
using OrleansMq.Messages.Identity;
using OrleansMq.Messages.Records;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Gateway.Tests.Requests;

/// <summary>Transactions as clients of RocketMQ 4.3 and later speak of them.</summary>
public sealed class TransactionTests : IAsyncDisposable
{
    private readonly TestBroker _broker = new();
    private readonly TestClient _producer;

    public TransactionTests()
    {
        _producer = _broker.Connect();
        RemotingCommand answer = _producer.Call(
            (int)RequestCode.Heartbeat, body: """{"clientID":"payer","producerDataSet":[{"groupName":"payers"}]}""");
        Assert.Equal((int)ResponseCode.Success, answer.Code);
    }

    [Theory]
    [InlineData(8, 1)]
    [InlineData(12, 0)]
    public void Transaction_EndsAsItsProducerSays_WhenItSaysItTwice(int decision, int messages)
    {
        RemotingCommand half = SendHalf(immunitySeconds: 60);
        Assert.Equal(0, CountOf("Orders"));

        Assert.Equal((int)ResponseCode.Success, End(half, decision).Code);
        Assert.Equal((int)ResponseCode.Success, End(half, decision).Code);

        // Another thread may be showing it just now.
        Assert.True(SpinWait.SpinUntil(() => _broker.Node.Transactions.Count == 0, TimeSpan.FromSeconds(30)));
        Assert.Equal(messages, CountOf("Orders"));
    }

    [Fact]
    public void Producer_IsAskedAndAnswers_WhenItLeftItsTransactionOpen()
    {
        RemotingCommand half = SendHalf(immunitySeconds: 0);
        Assert.Equal((int)ResponseCode.Success, End(half, 0).Code);

        _broker.Node.Workers.Single(worker => worker.Name == "omq-transactions").PumpOnce();

        var question = new CommandReader();
        question.Read(_producer.Peer.Receive().AsMemory(FrameReader.PrefixBytes));
        RemotingCommand asked = RemotingCommand.From(question);
        Assert.Equal((int)RequestCode.CheckTransactionState, asked.Code);
        Assert.True((asked.Flag & CommandFlags.OneWay) != 0);
        Assert.Equal("KEY-1", asked.Fields["msgId"]);
        Assert.Equal("KEY-1", asked.Fields["transactionId"]);
        Assert.Equal(half.Fields["msgId"], asked.Fields["offsetMsgId"]);
        Assert.Equal(half.Fields["queueOffset"], asked.Fields["tranStateTableOffset"]);
        Assert.Equal(OffsetOf(half), asked.Fields["commitLogOffset"]);
        Assert.Equal(RecordDefect.None, RecordView.TryRead(asked.Body.Span, out RecordView shown));
        Assert.Equal(
            ("Orders", "paid"), (Encoding.UTF8.GetString(shown.Topic), Encoding.UTF8.GetString(shown.Body)));

        _producer.Send((int)RequestCode.EndTransaction, EndFields(half, 8), isOneWay: true);
        _producer.AssertAlive();
        Assert.True(SpinWait.SpinUntil(() => CountOf("Orders") == 1, TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public void End_SaysWhatIsWrong_WhenTheDecisionOrTheGroupIs()
    {
        RemotingCommand half = SendHalf(immunitySeconds: 60);
        RemotingCommand unknown = End(half, 7);
        Assert.Equal((int)ResponseCode.SystemError, unknown.Code);
        Assert.Contains("commitOrRollback", unknown.Remark, StringComparison.Ordinal);

        Dictionary<string, string> fields = EndFields(half, 8);
        fields["producerGroup"] = "others";
        RemotingCommand wrongGroup = _producer.Call((int)RequestCode.EndTransaction, fields);
        Assert.Equal((int)ResponseCode.SystemError, wrongGroup.Code);
        Assert.Contains("'payers'", wrongGroup.Remark, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nonsense", "no offset message id")]
    [InlineData("7F00000100002693000000000000FFFF", "No transaction is parked")]
    public void Resume_SaysWhatIsWrong_WhenNothingIsParkedThere(string id, string reason)
    {
        RemotingCommand answer = _producer.Call((int)RequestCode.ResumeCheckHalfMessage, new() { ["msgId"] = id });
        Assert.Equal((int)ResponseCode.SystemError, answer.Code);
        Assert.Contains(reason, answer.Remark, StringComparison.Ordinal);
    }

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    private RemotingCommand SendHalf(int immunitySeconds)
    {
        RemotingCommand answer = _producer.Call(
            (int)RequestCode.SendMessage,
            new()
            {
                ["producerGroup"] = "payers",
                ["topic"] = "Orders",
                ["defaultTopic"] = "TBW102",
                ["defaultTopicQueueNums"] = "4",
                ["queueId"] = "0",
                ["sysFlag"] = "4",
                ["bornTimestamp"] = "0",
                ["flag"] = "0",
                ["properties"] = "TRAN_MSG\u0001true\u0002PGROUP\u0001payers\u0002UNIQ_KEY\u0001KEY-1\u0002"
                    + $"CHECK_IMMUNITY_TIME_IN_SECONDS\u0001{immunitySeconds}\u0002",
            },
            "paid");
        Assert.Equal((int)ResponseCode.Success, answer.Code);
        return answer;
    }

    private RemotingCommand End(RemotingCommand half, int decision) =>
        _producer.Call((int)RequestCode.EndTransaction, EndFields(half, decision));

    private static Dictionary<string, string> EndFields(RemotingCommand half, int decision) => new()
    {
        ["producerGroup"] = "payers",
        ["tranStateTableOffset"] = half.Fields["queueOffset"],
        ["commitLogOffset"] = OffsetOf(half),
        ["commitOrRollback"] = decision.ToString(CultureInfo.InvariantCulture),
        ["fromTransactionCheck"] = "false",
        ["msgId"] = "KEY-1",
        ["transactionId"] = "KEY-1",
    };

    private static string OffsetOf(RemotingCommand half)
    {
        Assert.True(OffsetMessageId.TryParse(half.Fields["msgId"], out OffsetMessageId id));
        return id.PhysicalOffset.ToString(CultureInfo.InvariantCulture);
    }

    private long CountOf(string topic) => _broker.Node.Topics.Find(topic)!.Queue(0).MaxOffset;
}
