using System.Globalization;
using OrleansMq.Messages.Identity;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;
using OrleansMq.Storage.Workers;

namespace OrleansMq.Gateway.Tests.Requests;

/// <summary>What operators do with transactions that are not over: 30011 to 30013.</summary>
public sealed class OpenTransactionTests : IAsyncDisposable
{
    private const int Commit = 8;
    private const int Rollback = 12;

    private readonly TestBroker _broker = new(options =>
    {
        options.Transactions.MaxChecks = 1;
        options.Transactions.CheckInterval = TimeSpan.FromMilliseconds(100);
    });

    private readonly TestClient _client;

    public OpenTransactionTests() => _client = _broker.Connect();

    [Theory]
    [InlineData(SerializeType.Json)]
    [InlineData(SerializeType.Binary)]
    public void List_TellsWhatTheHalfMessageSays(SerializeType serializeType)
    {
        long position = SendHalf("payers", "KEY-1", immunitySeconds: 60);
        RemotingCommand answer = _client.Call((int)RequestCode.ListTransactions, serializeType: serializeType);

        TransactionInfo one = Assert.Single(Read(answer).Transactions);
        Assert.Equal(
            ("broker-a", position, "prepared", "payers", "Orders", 1, "KEY-1", 0),
            (one.BrokerName, one.CommitLogOffset, one.State, one.ProducerGroup, one.Topic, one.QueueId, one.UniqueKey,
                one.Checks));
        Assert.True(OffsetMessageId.TryParse(one.MsgId, out OffsetMessageId id));
        Assert.Equal(position, id.PhysicalOffset);
        Assert.InRange(one.NextCheckTimestamp - one.StoreTimestamp, 60_000, 60_000);
    }

    [Fact]
    public void List_ComesInPages_AndIsFiltered()
    {
        for (int sent = 0; sent < 7; sent++)
            SendHalf(sent % 2 == 0 ? "payers" : "others", $"{sent}");
        Park("others");

        Assert.Equal([["0", "1", "2"], ["3", "4", "5"], ["6"]], Pages(3));
        Assert.Equal([["0", "1", "2", "3", "4", "5", "6"]], Pages(7));
        Assert.Equal([["0", "1", "2", "3", "4", "5", "6"]], Pages(int.MaxValue));
        Assert.Equal(7, Pages(0).Length);
        Assert.Equal([["0", "2"], ["4", "6"]], Pages(2, ("producerGroup", "payers")));
        Assert.Equal([["1", "3", "5"]], Pages(10, ("state", "parked")));
        Assert.Equal([[]], Pages(10, ("state", "parked"), ("producerGroup", "payers")));
        Assert.Equal([["0", "2", "4", "6"]], Pages(10, ("state", "prepared"), ("brokerName", "broker-a")));
    }

    [Theory]
    [InlineData("state", "lost")]
    [InlineData("cursor", "nonsense")]
    [InlineData("cursor", "@7")]
    [InlineData("cursor", "broker-a@x")]
    public void List_SaysWhatIsWrong_WhenAFieldIs(string field, string value)
    {
        RemotingCommand answer = _client.Call((int)RequestCode.ListTransactions, new() { [field] = value });
        Assert.Equal((int)ResponseCode.SystemError, answer.Code);
        Assert.Contains($"'{field}'", answer.Remark, StringComparison.Ordinal);
    }

    [Fact]
    public void List_NamesTheBroker_WhenItIsNotThere()
    {
        TransactionList list = Read(_client.Call(
            (int)RequestCode.ListTransactions, new() { ["brokerName"] = "broker-z" }));
        Assert.Equal(["broker-z"], list.Unreachable);
        Assert.Empty(list.Transactions);
    }

    [Theory]
    [InlineData(Commit, 1, false)]
    [InlineData(Rollback, 0, false)]
    [InlineData(Commit, 1, true)]
    [InlineData(Rollback, 0, true)]
    public void Transaction_EndsAsTheOperatorSays_WhoeverBeganIt(int decision, int messages, bool isParked)
    {
        long position = SendHalf("payers", "KEY-1");
        if (isParked)
            Park("payers");

        Assert.Equal((int)ResponseCode.Success, End(position, decision).Code);
        Assert.Equal((int)ResponseCode.Success, End(position, decision, "broker-a").Code);
        RemotingCommand opposite = End(position, decision == Commit ? Rollback : Commit);
        Assert.Equal((int)ResponseCode.SystemError, opposite.Code);
        Assert.Contains("already", opposite.Remark, StringComparison.Ordinal);
        Assert.Equal(messages, _broker.Node.Topics.Find("Orders")!.Queue(1).MaxOffset);
        Assert.Empty(Read(_client.Call((int)RequestCode.ListTransactions)).Transactions);
    }

    [Fact]
    public void End_IsRefused_WhenThereIsNoSuchTransactionOrBroker()
    {
        RemotingCommand nowhere = End(4_711, Commit);
        Assert.Equal((int)ResponseCode.SystemError, nowhere.Code);
        Assert.Contains("4711", nowhere.Remark, StringComparison.Ordinal);
        RemotingCommand nobody = End(SendHalf("payers", "KEY-1"), Commit, "broker-z");
        Assert.Equal((int)ResponseCode.SystemError, nobody.Code);
        Assert.Contains("'broker-z'", nobody.Remark, StringComparison.Ordinal);
    }

    [Fact]
    public void ParkedOne_IsResumed_Once()
    {
        long position = SendHalf("payers", "KEY-1");
        Assert.Equal((int)ResponseCode.SystemError, Resume(("commitLogOffset", $"{position}")).Code);
        Park("payers");

        Assert.Equal(
            1, ReadResumed(Resume(("commitLogOffset", $"{position}"), ("brokerName", "broker-a"))).Resumed);
        TransactionInfo resumed = Assert.Single(Read(_client.Call((int)RequestCode.ListTransactions)).Transactions);
        Assert.Equal("prepared", resumed.State);
        Assert.Equal((int)ResponseCode.SystemError, Resume(("commitLogOffset", $"{position}")).Code);
        Assert.Equal(
            (int)ResponseCode.SystemError,
            Resume(("commitLogOffset", $"{position}"), ("brokerName", "broker-z")).Code);
    }

    [Fact]
    public void ParkedOnesOfAGroup_AreResumed_AndNoOthers()
    {
        for (int sent = 0; sent < 6; sent++)
            SendHalf(sent % 2 == 0 ? "payers" : "others", $"{sent}");
        Park("payers");
        Park("others");

        ResumedTransactions resumed = ReadResumed(Resume(("producerGroup", "payers")));
        Assert.Equal((3, 0), (resumed.Resumed, resumed.Left));
        Assert.Equal([["0", "2", "4"]], Pages(10, ("state", "prepared")));
        Assert.Equal(0, ReadResumed(Resume(("producerGroup", "payers"))).Resumed);
        Assert.Equal(["broker-z"], ReadResumed(
            Resume(("producerGroup", "payers"), ("brokerName", "broker-z"))).Unreachable);
    }

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    private long SendHalf(string group, string key, int immunitySeconds = 0)
    {
        RemotingCommand answer = _client.Call(
            (int)RequestCode.SendMessage,
            new()
            {
                ["producerGroup"] = group,
                ["topic"] = "Orders",
                ["defaultTopic"] = "TBW102",
                ["defaultTopicQueueNums"] = "4",
                ["queueId"] = "1",
                ["sysFlag"] = "4",
                ["bornTimestamp"] = "0",
                ["flag"] = "0",
                ["properties"] = $"TRAN_MSG\u0001true\u0002PGROUP\u0001{group}\u0002UNIQ_KEY\u0001{key}\u0002"
                    + $"CHECK_IMMUNITY_TIME_IN_SECONDS\u0001{immunitySeconds}\u0002",
            },
            key);
        Assert.Equal((int)ResponseCode.Success, answer.Code);
        Assert.Equal(key, answer.Fields["transactionId"]);
        Assert.True(OffsetMessageId.TryParse(answer.Fields["msgId"], out OffsetMessageId id));
        return id.PhysicalOffset;
    }

    /// <summary>The group's producers are asked in vain, until nobody is asked any more.</summary>
    private void Park(string group)
    {
        TestClient producer = _broker.Connect();
        producer.Call(
            (int)RequestCode.Heartbeat,
            body: $$"""{"clientID":"silent","producerDataSet":[{"groupName":"{{group}}"}]}""");
        IStoreWorker checks = _broker.Node.Workers.Single(worker => worker.Name == "omq-transactions");
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                checks.PumpOnce();
                List<TransactionInfo> open =
                    Read(_client.Call((int)RequestCode.ListTransactions, new() { ["producerGroup"] = group }))
                        .Transactions;
                Assert.NotEmpty(open);
                return open.TrueForAll(one => one.State == "parked");
            },
            TimeSpan.FromSeconds(30)));
        _client.Call((int)RequestCode.UnregisterClient, new() { ["clientID"] = "silent", ["producerGroup"] = group });
    }

    private RemotingCommand End(long position, int decision, string? broker = null)
    {
        var fields = new Dictionary<string, string>
        {
            ["commitLogOffset"] = position.ToString(CultureInfo.InvariantCulture),
            ["commitOrRollback"] = decision.ToString(CultureInfo.InvariantCulture),
        };
        if (broker is not null)
            fields["brokerName"] = broker;
        return _client.Call((int)RequestCode.EndTransactionByOperator, fields);
    }

    private RemotingCommand Resume(params (string Name, string Value)[] fields) =>
        _client.Call((int)RequestCode.ResumeTransactions, fields.ToDictionary());

    private string[][] Pages(int maxCount, params (string Name, string Value)[] filters)
    {
        var pages = new List<string[]>();
        var fields = filters.ToDictionary();
        fields["maxNum"] = maxCount.ToString(CultureInfo.InvariantCulture);
        string? next;
        do
        {
            TransactionList page = Read(_client.Call((int)RequestCode.ListTransactions, fields));
            pages.Add([.. page.Transactions.Select(one => one.UniqueKey)]);
            next = page.Next;
            fields["cursor"] = next ?? "";
        }
        while (next is not null);

        return [.. pages];
    }

    private static TransactionList Read(RemotingCommand answer)
    {
        Assert.Equal((int)ResponseCode.Success, answer.Code);
        Assert.True(TransactionList.TryRead(answer.Body.Span, out TransactionList? list, out string? problem), problem);
        return list;
    }

    private static ResumedTransactions ReadResumed(RemotingCommand answer)
    {
        Assert.Equal((int)ResponseCode.Success, answer.Code);
        Assert.True(
            ResumedTransactions.TryRead(answer.Body.Span, out ResumedTransactions? resumed, out string? problem), problem);
        return resumed;
    }
}
