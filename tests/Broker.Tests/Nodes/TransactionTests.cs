using OrleansMq.Broker.Producers;
using OrleansMq.Broker.Sending;
using OrleansMq.Broker.Transactions;
using OrleansMq.Messages.Records;
using OrleansMq.Protocol.Codes;

namespace OrleansMq.Broker.Tests.Nodes;

public sealed class TransactionTests : IDisposable
{
    private const string Half = "TRAN_MSG\u0001true\u0002PGROUP\u0001payers\u0002UNIQ_KEY\u0001ABC\u0002color\u0001red\u0002";
    private const string ParkedTopic = "TRANS_CHECK_MAX_TIME_TOPIC";

    private readonly TestBroker _broker = new(options =>
    {
        options.Transactions.MaxChecks = 3;
        options.Transactions.MaxOpen = 2;
    });

    private HalfMessages Transactions => _broker.Node.Transactions;

    [Fact]
    public void Commit_GivesTheMessageToItsQueue_AndNotBefore()
    {
        SendResult half = Prepare("paid", queueId: 2);
        Assert.Equal(2, half.QueueId);
        Assert.Empty(_broker.BodiesOf("Orders", 2));

        Assert.Equal(ResponseCode.Success, End(half, TransactionOutcome.Committed).Code);

        ReceivedRecord message = Assert.Single(_broker.Pull("Orders", 2).Records);
        Assert.Equal(("paid", "red", "ABC"), (message.Body, message.Property("color"), message.Property("UNIQ_KEY")));
        Assert.Null(message.Property("TRAN_MSG"));
        Assert.Null(message.Property("REAL_TOPIC"));
        Assert.Equal(0, Transactions.Count);
    }

    [Fact]
    public void Rollback_GivesNothing()
    {
        SendResult half = Prepare("unpaid");
        Assert.Equal(ResponseCode.Success, End(half, TransactionOutcome.RolledBack).Code);
        Assert.Empty(_broker.BodiesOf("Orders"));
        Assert.Equal(0, Transactions.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Decision_ChangesNothingTwice_NotEvenAfterARestart(bool isClean)
    {
        SendResult half = Prepare("paid");
        End(half, TransactionOutcome.Committed);
        Assert.Equal(ResponseCode.Success, End(half, TransactionOutcome.Committed).Code);
        SendResult late = End(half, TransactionOutcome.RolledBack);
        Assert.Equal(ResponseCode.SystemError, late.Code);
        Assert.Contains("committed already", late.Problem);

        if (isClean)
            _broker.Reopen();
        else
            _broker.Crash();
        End(half, TransactionOutcome.Committed);
        End(half, TransactionOutcome.RolledBack);

        Assert.Equal(["paid"], _broker.BodiesOf("Orders"));
        Assert.Equal(0, Transactions.Count);
    }

    [Fact]
    public void End_IsRefused_WhenItIsNotTheProducersHalfMessage()
    {
        SendResult half = Prepare("paid");
        long plain = _broker.Send("Orders", "plain").Append.PhysicalOffset;

        SendResult[] refusals =
        [
            Transactions.End(half.Append.PhysicalOffset, 0, "others", TransactionOutcome.Committed),
            Transactions.End(half.Append.PhysicalOffset, 7, "payers", TransactionOutcome.Committed),
            Transactions.End(half.Append.PhysicalOffset + 4, 0, "payers", TransactionOutcome.Committed),
            Transactions.End(1_000_000_000, 0, "payers", TransactionOutcome.Committed),
            Transactions.End(plain, 0, "payers", TransactionOutcome.Committed),
        ];

        Assert.All(refusals, refusal => Assert.Equal(ResponseCode.SystemError, refusal.Code));
        Assert.All(refusals, refusal => Assert.NotNull(refusal.Problem));
        Assert.Equal(1, Transactions.Count);
    }

    [Fact]
    public void Commit_LeavesTheTransactionOpen_WhenItsTopicIsGone()
    {
        SendResult half = Prepare("paid");
        _broker.Node.DeleteTopic("Orders");
        Assert.Equal(ResponseCode.TopicNotExist, End(half, TransactionOutcome.Committed).Code);
        Assert.Equal(TransactionState.Prepared, Assert.Single(Transactions.List()).State);

        _broker.Send("Orders", "creates the topic again");
        End(half, TransactionOutcome.Committed);
        Assert.Contains("paid", _broker.BodiesOf("Orders"));
    }

    [Fact]
    public void Send_IsRefused_WhenTooManyTransactionsAreOpen()
    {
        Prepare("one");
        Prepare("two");
        SendResult third = Prepare("three");
        Assert.Equal(ResponseCode.SystemBusy, third.Code);
        Assert.Contains("MaxOpen", third.Problem);
    }

    [Theory]
    [InlineData(Half + "DELAY\u00013\u0002", SystemFlags.TransactionPrepared, "delayed")]
    [InlineData("", SystemFlags.TransactionPrepared, "TRAN_MSG")]
    [InlineData(Half, SystemFlags.TransactionCommit, "TRAN_MSG")]
    [InlineData("", SystemFlags.TransactionRollback, "TRAN_MSG")]
    public void Send_IsRefused_WhenItIsNoProperHalfMessage(string properties, SystemFlags flags, string reason)
    {
        SendResult result = _broker.Send("Orders", "odd", properties: properties, flags: flags);
        Assert.Equal(ResponseCode.MessageIllegal, result.Code);
        Assert.Contains(reason, result.Problem);
    }

    [Fact]
    public void ForwardedMessage_DoesNotEndATransaction()
    {
        SendResult half = Prepare("paid");
        _broker.Send("Orders", "forged", properties: $"TRAN_FROM\u0001{half.Append.PhysicalOffset}\u0002");
        Assert.Equal(1, Transactions.Count);
    }

    [Fact]
    public void CommittedMessage_CanBeRetried()
    {
        End(Prepare("paid"), TransactionOutcome.Committed);
        ReceivedRecord message = Assert.Single(_broker.Pull("Orders").Records);
        Assert.Equal(ResponseCode.Success, _broker.SendBack(message, maxTimes: 3).Code);
        _broker.Deliver(TimeSpan.FromSeconds(11));
        Assert.Equal("paid", Assert.Single(_broker.Pull("%RETRY%consumers").Records).Body);
    }

    [Fact]
    public void Producer_IsAsked_AndShownItsMessage()
    {
        SendResult half = Prepare("paid", queueId: 1);
        Join(11);
        Check(TimeSpan.FromSeconds(5));
        Assert.Empty(_broker.Channels.Questions);

        Check(TimeSpan.FromSeconds(1));

        (long channel, TransactionQuestion question) = Assert.Single(_broker.Channels.Questions);
        Assert.Equal((11, half.Append.PhysicalOffset, 0, "payers", "ABC"), (
            channel, question.PhysicalOffset, question.QueueOffset, question.ProducerGroup, question.UniqueKey));
        ReceivedRecord shown = Assert.Single(ReceivedRecord.ReadAll(question.Record));
        Assert.Equal(("Orders", 1, "paid", "red"), (shown.Topic, shown.QueueId, shown.Body, shown.Property("color")));
        Assert.Equal("1", shown.Property("TRANSACTION_CHECK_TIMES"));
    }

    [Fact]
    public void Immunity_PutsTheFirstCheckOff_AndUsesUpNone()
    {
        Prepare("paid", more: "CHECK_IMMUNITY_TIME_IN_SECONDS\u0001100\u0002");
        Join(11);
        Check(TimeSpan.FromSeconds(99));
        Assert.Empty(_broker.Channels.Questions);
        Assert.Equal(0, Assert.Single(Transactions.List()).Checks);

        Check(TimeSpan.FromSeconds(1));
        Assert.Single(_broker.Channels.Questions);
    }

    [Fact]
    public void Checks_GoRoundTheProducers_AndPassOverThoseWhoseConnectionIsGone()
    {
        Prepare("paid");
        Join(11);
        Join(12);
        Join(13);
        _broker.Channels.Gone.Add(12);
        for (int round = 0; round < 3; round++)
            Check(TimeSpan.FromSeconds(30));
        Assert.Equal([11, 13, 13], _broker.Channels.Questions.Select(asked => asked.Channel).Order());
    }

    [Fact]
    public void Check_CountsOnly_WhenSomebodyCouldBeAsked()
    {
        Prepare("paid");
        for (int round = 0; round < 10; round++)
            Check(TimeSpan.FromSeconds(30));

        HalfMessage half = Assert.Single(Transactions.List());
        Assert.Equal((TransactionState.Prepared, 0), (half.State, half.Checks));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void UndecidedOne_IsParkedForOperators_AfterTheLastCheck(bool crashes)
    {
        SendResult half = Prepare("unknown");
        for (int round = 0; round < 6; round++)
        {
            Join(11);
            Check(TimeSpan.FromSeconds(30));
            if (crashes)
                _broker.Crash();
        }

        Assert.Equal(3, _broker.Channels.Questions.Count);
        HalfMessage parked = Assert.Single(Transactions.List());
        Assert.Equal((TransactionState.Parked, 3), (parked.State, parked.Checks));
        ReceivedRecord copy = Assert.Single(_broker.Pull(ParkedTopic).Records);
        Assert.Equal(("unknown", "Orders"), (copy.Body, copy.Property("REAL_TOPIC")));
        Assert.Equal($"{half.Append.PhysicalOffset}", copy.Property("TRAN_FROM"));
        Assert.Empty(_broker.BodiesOf("Orders"));
    }

    [Fact]
    public void UndecidedOne_IsParked_WhenNoProducerCameForTooLong()
    {
        Prepare("orphan");
        Check(TimeSpan.FromHours(23));
        Assert.Equal(TransactionState.Prepared, Assert.Single(Transactions.List()).State);
        Check(TimeSpan.FromHours(2));
        Assert.Equal(TransactionState.Parked, Assert.Single(Transactions.List()).State);
    }

    [Theory]
    [InlineData(TransactionOutcome.Committed, 1)]
    [InlineData(TransactionOutcome.RolledBack, 0)]
    public void ParkedOne_CanBeEndedByAnOperator(TransactionOutcome outcome, int messages)
    {
        SendResult half = Park("unknown");
        SendResult end = Transactions.End(half.Append.PhysicalOffset, null, null, outcome);
        _broker.Node.Pump();

        Assert.Equal(ResponseCode.Success, end.Code);
        Assert.Equal(messages, _broker.BodiesOf("Orders").Length);
        Assert.Equal(0, Transactions.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ParkedOne_CanBeResumed_ByItsOwnPositionAndByThatOfItsCopy(bool isByCopy)
    {
        SendResult half = Park("unknown");
        long position = isByCopy
            ? Assert.Single(_broker.Pull(ParkedTopic).Records).PhysicalOffset
            : half.Append.PhysicalOffset;
        Assert.Equal(ResponseCode.Success, Transactions.Resume(position).Code);
        _broker.Node.Pump();
        _broker.Crash();
        Join(11);
        _broker.Channels.Questions.Clear();

        Check(TimeSpan.FromSeconds(1));

        Assert.Equal(half.Append.PhysicalOffset, Assert.Single(_broker.Channels.Questions).Question.PhysicalOffset);
        Assert.Equal(1, Assert.Single(Transactions.List()).Checks);
        Assert.Equal(ResponseCode.SystemError, Transactions.Resume(position).Code);
    }

    [Fact]
    public void Transactions_ComeBackFromTheLog_WhenTheirSnapshotIsLost()
    {
        SendResult open = Prepare("open");
        End(Prepare("ended"), TransactionOutcome.Committed);
        _broker.Reopen(() =>
        {
            foreach (string file in Directory.GetFiles(Path.Combine(_broker.Store.Directory, "config"), "trans*"))
                File.Delete(file);
        });

        Assert.Equal(open.Append.PhysicalOffset, Assert.Single(Transactions.List()).PhysicalOffset);
        Assert.Equal(["ended"], _broker.BodiesOf("Orders"));
    }

    public void Dispose() => _broker.Dispose();

    private SendResult Prepare(string body, int queueId = 0, string more = "") =>
        _broker.Send("Orders", body, queueId, Half + more, flags: SystemFlags.TransactionPrepared);

    private SendResult End(SendResult half, TransactionOutcome outcome)
    {
        SendResult result = Transactions.End(
            half.Append.PhysicalOffset, half.Append.QueueOffset, "payers", outcome);
        _broker.Node.Pump();
        return result;
    }

    private SendResult Park(string body)
    {
        SendResult half = Prepare(body);
        Check(TimeSpan.FromHours(25));
        Assert.Equal(TransactionState.Parked, Assert.Single(Transactions.List()).State);
        return half;
    }

    private void Join(long channel) => _broker.Node.Producers.Heartbeat(
        "payers", new ProducerMember { ClientId = $"payer-{channel}", ChannelId = channel });

    private void Check(TimeSpan after)
    {
        _broker.Time.Advance(after);
        _broker.Step("omq-transactions");
    }
}
