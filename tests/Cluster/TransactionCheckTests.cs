using System.Text;
using OrleansMq.Broker.Transactions;
using OrleansMq.Cluster.Tests.TestCluster;
using OrleansMq.Grains.Queues;
using OrleansMq.Grains.Transactions;
using OrleansMq.Messages.Records;
using OrleansMq.TransactionProducers;

namespace OrleansMq.Cluster.Tests;

/// <summary>Producers are asked wherever they are connected.</summary>
public sealed class TransactionCheckTests : IAsyncLifetime
{
    private const string Topic = "Orders";
    private const string Group = "payers";

    private BrokerCluster _cluster = null!;

    public async Task InitializeAsync() => _cluster = await BrokerCluster.StartAsync(3, settings =>
    {
        settings.Broker.Transactions.FirstCheckAfter = TimeSpan.Zero;
        settings.Broker.Transactions.CheckInterval = TimeSpan.FromMilliseconds(200);
        settings.Broker.Transactions.MaxChecks = 1_000;
    });

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Theory]
    [InlineData(TransactionProducer.Commit, 1)]
    [InlineData(TransactionProducer.Rollback, 0)]
    public async Task Producer_EndsItsTransaction_WhenItIsConnectedToAnotherBrokerOnly(int decision, int messages)
    {
        await SendHalfAsync("paid");
        await using TransactionProducer producer = await ProducerAtAsync("broker-1", "p1", _ => decision);
        await UntilOverAsync();

        Assert.Contains("paid", producer.Asked);
        Assert.Equal(messages == 1 ? ["paid"] : [], await BodiesAsync());
    }

    /// <summary>
    /// The first half messages of two brokers stand at the same place of each log; the answer must not end the wrong one.
    /// </summary>
    [Fact]
    public async Task Answer_EndsTheTransactionOfTheBrokerThatAsked_NotOneAtTheSamePlaceOfTheBrokerBetween()
    {
        AppendReply here = await AppendHalfAsync("broker-0", "at 0", Group);
        AppendReply there = await AppendHalfAsync("broker-1", "at 1", Group);
        Assert.Equal(here.PhysicalOffset, there.PhysicalOffset);

        await using TransactionProducer producer = await ProducerAtAsync(
            "broker-1", "p1", id => id == "at 0" ? TransactionProducer.Commit : TransactionProducer.Unknown);
        await UntilOverAsync();

        Assert.Equal(["at 0"], await BodiesAsync());
        Assert.Empty(await BodiesAsync("broker-1"));
        Assert.Single(await TransactionsOf("broker-1").List(null, 10));
    }

    [Fact]
    public async Task Producers_AtTwoBrokers_AreEachAskedInTurn()
    {
        await using TransactionProducer first = await ProducerAtAsync("broker-1", "p1", _ => TransactionProducer.Unknown);
        await using TransactionProducer second = await ProducerAtAsync("broker-2", "p2", _ => TransactionProducer.Unknown);
        await SendHalfAsync("paid");
        await BrokerCluster.UntilAsync(() => first.Asked.Count >= 3 && second.Asked.Count >= 3);
    }

    [Fact]
    public async Task Producer_AtAnotherBroker_IsAskedToo_WhenTheOneHereNeverKnows()
    {
        await using TransactionProducer here = await ProducerAtAsync("broker-0", "p0", _ => TransactionProducer.Unknown);
        await using TransactionProducer there = await ProducerAtAsync("broker-2", "p2", _ => TransactionProducer.Commit);
        await SendHalfAsync("paid");
        await UntilOverAsync();
        Assert.Equal(["paid"], await BodiesAsync());
        Assert.Single(there.Asked);
    }

    [Fact]
    public async Task Check_GoesToAnotherBroker_WhenTheProducersSiloDies()
    {
        await using TransactionProducer dies = await ProducerAtAsync("broker-1", "p1", _ => TransactionProducer.Unknown);
        await SendHalfAsync("paid");
        await BrokerCluster.UntilAsync(() => dies.Asked.Count > 0);

        await _cluster.KillAsync("broker-1");
        await using TransactionProducer lives = await ProducerAtAsync("broker-2", "p2", _ => TransactionProducer.Commit);
        await UntilOverAsync();

        Assert.Equal(["paid"], await BodiesAsync());
    }

    [Fact]
    public async Task Check_CountsOnly_WhenAProducerIsConnectedSomewhere()
    {
        await SendHalfAsync("paid");
        await using TransactionProducer other = await TransactionProducer.ConnectAsync(
            BrokerCluster.LocalOf(_cluster.SiloOf("broker-1")).Host.EndPoint!, "others", "p1",
            _ => TransactionProducer.Unknown);

        // Both half messages are due as often.
        await AppendHalfAsync("broker-0", "another", "others");
        await BrokerCluster.UntilAsync(() => other.Asked.Count >= 5);

        HalfMessage[] open = await TransactionsOf("broker-0").List(null, 10);
        Assert.Equal(0, open[0].Checks);
        Assert.InRange(open[1].Checks, 5, 1_000);
        Assert.Equal(["another"], other.Asked.Distinct());
    }

    private ITransactionGrain TransactionsOf(string broker) => _cluster.Client.GetGrain<ITransactionGrain>(broker);

    private Task<TransactionProducer> ProducerAtAsync(string broker, string clientId, Func<string, int> answer) =>
        TransactionProducer.ConnectAsync(
            BrokerCluster.LocalOf(_cluster.SiloOf(broker)).Host.EndPoint!, Group, clientId, answer);

    private Task<AppendReply> SendHalfAsync(string id) => AppendHalfAsync("broker-0", id, Group);

    private Task<AppendReply> AppendHalfAsync(string broker, string id, string group) =>
        _cluster.Client.GetMessageQueue(Topic, broker, 0).Append(MessageBatch.Of(
            Encoding.UTF8.GetBytes(id), ("TRAN_MSG", "true"), ("PGROUP", group), ("UNIQ_KEY", id)));

    private Task UntilOverAsync() => BrokerCluster.UntilAsync(
        async () => (await TransactionsOf("broker-0").List(null, 10)).Length == 0);

    private async Task<string[]> BodiesAsync(string broker = "broker-0")
    {
        PullReply reply = await _cluster.Client.GetMessageQueue(Topic, broker, 0).Pull(new PullCommand(0, 32));
        var bodies = new List<string>();
        ReadOnlyMemory<byte> rest = reply.Records;
        while (bodies.Count < reply.Count)
        {
            Assert.Equal(RecordDefect.None, RecordView.TryRead(rest.Span, out RecordView record));
            bodies.Add(Encoding.UTF8.GetString(record.Body));
            rest = rest[record.Bytes.Length..];
        }

        return [.. bodies];
    }
}
