using OrleansMq.Broker.Clustering;
using OrleansMq.Broker.Producers;
using OrleansMq.Broker.Sending;
using OrleansMq.Broker.Transactions;
using OrleansMq.Messages.Records;

namespace OrleansMq.Broker.Tests.Nodes;

/// <summary>Half messages whose producers are connected to other brokers of the cluster.</summary>
public sealed class ElsewhereCheckTests : IDisposable
{
    private readonly TestPeers _peers = new();
    private readonly TestBroker _broker = new(options =>
    {
        options.Transactions.MaxChecks = 4;
        options.Transactions.MaxQuestionsElsewhere = 2;
    });

    public ElsewhereCheckTests() => JoinCluster();

    private HalfMessages Transactions => _broker.Node.Transactions;

    [Fact]
    public void Producer_IsAskedThroughItsBroker_OnceTheCheckIsNoted()
    {
        SendResult half = Prepare("paid");
        _peers.Found["payers"] = ["broker-b"];
        Check();

        (string broker, TransactionQuestion question) = Assert.Single(_peers.Asked);
        Assert.Equal("broker-b", broker);
        Assert.Equal((half.Append.PhysicalOffset, "payers"), (question.PhysicalOffset, question.ProducerGroup));
        Assert.Equal(BrokerToken.Of("broker-a"), question.QueueOffset);
        Assert.Equal("paid", Assert.Single(ReceivedRecord.ReadAll(question.Record)).Body);

        _broker.Crash();
        Assert.Equal(1, Assert.Single(Transactions.List()).Checks);
    }

    [Fact]
    public void Check_DoesNotCount_WhenNoBrokerHasAProducer()
    {
        Prepare("paid");
        for (int round = 0; round < 10; round++)
            Check();
        Assert.Equal((TransactionState.Prepared, 0), StateOf(Assert.Single(Transactions.List())));
        Assert.Equal(10, _peers.Searches.Count);
    }

    [Fact]
    public void SlowSearch_HoldsUpNobodyElse()
    {
        _peers.IsSlow = true;
        Prepare("paid");
        Check();
        Prepare("here", "locals");
        Join("locals");
        Check(TimeSpan.FromSeconds(6));
        Assert.Single(_broker.Channels.Questions);

        Check();
        Check();
        Assert.Single(_peers.Searches, "payers");
        _peers.Answer("payers", ["broker-b"]);
        StepUntilAsked(1);
    }

    [Fact]
    public void OneSearch_IsEnough_ForManyHalfMessages()
    {
        _peers.Found["payers"] = ["broker-b"];
        for (int sent = 0; sent < 20; sent++)
            Prepare($"{sent}");
        Check();
        Assert.Equal((1, 20), (_peers.Searches.Count, _peers.Asked.Count));
        Assert.All(Transactions.List(), half => Assert.Equal(1, half.Checks));
    }

    [Fact]
    public void Questions_WaitTheirTurn_WhenAsManyAsMayBeAreUnderWay()
    {
        _peers.Found["payers"] = ["broker-b"];
        _peers.AnswersQuestions = false;
        for (int sent = 0; sent < 5; sent++)
            Prepare($"{sent}");
        Check();
        Assert.Equal(2, _peers.Asked.Count);
        Assert.Equal(2, Transactions.List().Count(half => half.Checks == 1));

        for (int asked = 3; asked <= 5; asked++)
        {
            _peers.FinishQuestion();
            StepUntilAsked(asked);
        }

        Assert.Equal(5, _peers.Asked.Select(asked => asked.Question.PhysicalOffset).Distinct().Count());
    }

    [Fact]
    public void NextBroker_Asks_WhenTheFirstOnesProducerIsGone()
    {
        _peers.Found["payers"] = ["broker-b", "broker-c"];
        _peers.Gone = "broker-b";
        Prepare("paid");
        Check();
        Check();
        Assert.Equal(2, _peers.Asked.Count(asked => asked.Broker == "broker-c"));
        Assert.Equal(2, Assert.Single(Transactions.List()).Checks);
    }

    [Fact]
    public void Brokers_TakeTurns()
    {
        _peers.Found["payers"] = ["broker-b", "broker-c"];
        Prepare("paid");
        for (int round = 0; round < 4; round++)
            Check();
        Assert.Equal(["broker-b", "broker-c", "broker-b", "broker-c"], _peers.Asked.Select(asked => asked.Broker));
    }

    /// <summary>A producer that is here may be the one that does not know.</summary>
    [Fact]
    public void OtherBrokers_AreAskedEveryOtherTime_WhenThereIsAProducerHereToo()
    {
        _peers.Found["payers"] = ["broker-b"];
        Prepare("paid");
        for (int round = 0; round < 4; round++)
        {
            Join("payers");
            Check();
            Assert.Equal(
                ((round / 2) + 1, (round + 1) / 2), (_broker.Channels.Questions.Count, _peers.Asked.Count));
        }
    }

    [Fact]
    public void ProducerHere_IsAskedEveryTime_WhenNoOtherBrokerHasOne()
    {
        Prepare("paid");
        for (int round = 0; round < 4; round++)
        {
            Join("payers");
            Check();
        }

        Assert.Equal(4, _broker.Channels.Questions.Count);
        Assert.Equal(4, Assert.Single(Transactions.List()).Checks);
    }

    [Fact]
    public void Nobody_IsAsked_WhenTheTransactionWasDecidedDuringTheSearch()
    {
        _peers.IsSlow = true;
        SendResult half = Prepare("paid");
        SendResult other = Prepare("is asked about in any case");
        Check();
        Transactions.End(half.Append.PhysicalOffset, null, "payers", TransactionOutcome.Committed);
        _broker.Node.Pump();

        _peers.Answer("payers", ["broker-b"]);
        StepUntilAsked(1);

        Assert.Equal(other.Append.PhysicalOffset, Assert.Single(_peers.Asked).Question.PhysicalOffset);
        Assert.Equal(["paid"], _broker.BodiesOf("Orders"));
    }

    [Fact]
    public void Undecided_IsParked_AfterTheLastCheckElsewhere()
    {
        _peers.Found["payers"] = ["broker-b"];
        Prepare("paid");
        for (int round = 0; round < 6; round++)
        {
            Check();
            _broker.Crash();
            JoinCluster();
        }

        Assert.Equal(4, _peers.Asked.Count);
        Assert.Equal((TransactionState.Parked, 4), StateOf(Assert.Single(Transactions.List())));
    }

    public void Dispose() => _broker.Dispose();

    private static (TransactionState State, int Checks) StateOf(HalfMessage half) => (half.State, half.Checks);

    private void JoinCluster() => ((LocalControlPlane)_broker.Node.ControlPlane).TransactionPeers = _peers;

    private SendResult Prepare(string body, string group = "payers") => _broker.Send(
        "Orders", body, properties: $"TRAN_MSG\u0001true\u0002PGROUP\u0001{group}\u0002",
        flags: SystemFlags.TransactionPrepared);

    private void Join(string group) => _broker.Node.Producers.Heartbeat(
        group, new ProducerMember { ClientId = "payer", ChannelId = 11 });

    private void Check() => Check(TimeSpan.FromSeconds(30));

    /// <summary>The worker is woken when a search or a question has ended.</summary>
    private void Check(TimeSpan after)
    {
        _broker.Time.Advance(after);
        for (int step = 0; step < 10; step++)
            _broker.Step("omq-transactions");
    }

    /// <summary>What ends a wait may do so on another thread.</summary>
    private void StepUntilAsked(int count)
    {
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                _broker.Step("omq-transactions");
                return _peers.Asked.Count >= count;
            },
            TimeSpan.FromSeconds(30)));
        Assert.Equal(count, _peers.Asked.Count);
    }

    private sealed class TestPeers : ITransactionPeers
    {
        private readonly Dictionary<string, TaskCompletionSource<IReadOnlyList<string>>> _searching = [];
        private readonly Queue<TaskCompletionSource<bool>> _asking = [];

        public Dictionary<string, IReadOnlyList<string>> Found { get; } = [];

        public List<(string Broker, TransactionQuestion Question)> Asked { get; } = [];

        public List<string> Searches { get; } = [];

        public bool IsSlow { get; set; }

        public bool AnswersQuestions { get; set; } = true;

        public string Gone { get; set; } = "";

        public bool HasOthers => true;

        public ValueTask<IReadOnlyList<string>> FindProducersAsync(string group)
        {
            Searches.Add(group);
            if (!IsSlow)
                return new(Found.GetValueOrDefault(group, []));

            _searching[group] = new TaskCompletionSource<IReadOnlyList<string>>();
            return new(_searching[group].Task);
        }

        public ValueTask<bool> AskAsync(string broker, TransactionQuestion question)
        {
            Asked.Add((broker, question));
            if (AnswersQuestions)
                return new(broker != Gone);

            _asking.Enqueue(new TaskCompletionSource<bool>());
            return new(_asking.Last().Task);
        }

        public ValueTask<MetadataRefusal?> EndAsync(
            string broker, string? producerGroup, long physicalOffset, TransactionOutcome outcome) =>
            throw new NotSupportedException();

        public ValueTask<TransactionPage?> ListAsync(string broker, TransactionFilter filter) =>
            throw new NotSupportedException();

        public ValueTask<MetadataRefusal?> ResumeAsync(string broker, long physicalOffset) =>
            throw new NotSupportedException();

        public ValueTask<ResumeOutcome> ResumeAllAsync(string broker, string producerGroup) =>
            throw new NotSupportedException();

        public void Answer(string group, IReadOnlyList<string> brokers) => _searching[group].SetResult(brokers);

        public void FinishQuestion() => _asking.Dequeue().SetResult(true);
    }
}
