using System.Collections.Concurrent;
using System.Text;
using OrleansMq.Broker.Transactions;
using OrleansMq.Cluster.Tests.TestCluster;
using OrleansMq.Grains.Queues;
using OrleansMq.Grains.Transactions;
using OrleansMq.Messages.Records;

namespace OrleansMq.Cluster.Tests;

/// <summary>An order that knows whether it was paid.</summary>
public interface IOrderGrain : ITransactionChecker
{
    Task<GrainId> GetId();
}

/// <summary>Answers as its key says.</summary>
internal sealed class OrderGrain : Grain, IOrderGrain
{
    public static ConcurrentDictionary<string, int> Asked { get; } = new();

    public Task<GrainId> GetId() => Task.FromResult(this.GetGrainId());

    public Task<TransactionDecision> Check(TransactionQuestion question)
    {
        string key = this.GetPrimaryKeyString();
        int times = Asked.AddOrUpdate(key, 1, (_, asked) => asked + 1);
        return key switch
        {
            "paid" => Task.FromResult(TransactionDecision.Commit),
            "cancelled" => Task.FromResult(TransactionDecision.Rollback),
            "throws once" when times == 1 => throw new InvalidOperationException("The order is being loaded."),
            "throws once" => Task.FromResult(TransactionDecision.Commit),
            _ => Task.FromResult(TransactionDecision.Unknown),
        };
    }
}

public sealed class TransactionTests : IAsyncLifetime
{
    private BrokerCluster _cluster = null!;

    public async Task InitializeAsync() => _cluster = await BrokerCluster.StartAsync(2, settings =>
    {
        settings.Broker.Transactions.FirstCheckAfter = TimeSpan.Zero;
        settings.Broker.Transactions.CheckInterval = TimeSpan.FromMilliseconds(200);
        settings.Broker.Transactions.MaxChecks = 3;
    });

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Theory]
    [InlineData("paid", 1)]
    [InlineData("cancelled", 0)]
    [InlineData("throws once", 1)]
    public async Task Transaction_EndsAsTheApplicationsGrainSays_WithoutAnyProducer(string order, int messages)
    {
        await SendHalfAsync("broker-1", order);
        ITransactionGrain transactions = _cluster.Client.GetGrain<ITransactionGrain>("broker-1");
        await UntilAsync(async () => (await transactions.List(null, 10)).Length == 0);

        PullReply reply = await _cluster.Client.GetMessageQueue("Orders", "broker-1", 0).Pull(new PullCommand(0, 32));
        Assert.Equal(messages, reply.Count);
        if (messages > 0)
        {
            Assert.Equal(RecordDefect.None, RecordView.TryRead(reply.Records.Span, out RecordView record));
            Assert.Equal(order, Encoding.UTF8.GetString(record.Body));
        }
    }

    [Theory]
    [InlineData(TransactionOutcome.Committed, 1)]
    [InlineData(TransactionOutcome.RolledBack, 0)]
    public async Task ParkedTransaction_IsListedResumedAndEnded_FromAnywhereInTheCluster(
        TransactionOutcome outcome, int messages)
    {
        string order = $"unknown {outcome}";
        long half = await SendHalfAsync("broker-0", order);
        ITransactionGrain transactions =
            BrokerCluster.GrainsOf(_cluster.SiloOf("broker-1")).GetGrain<ITransactionGrain>("broker-0");
        await UntilAsync(async () => (await transactions.List(TransactionState.Parked, 10)).Length == 1);
        Assert.Equal(3, OrderGrain.Asked[order]);

        await transactions.Resume(half);
        await UntilAsync(() => Task.FromResult(OrderGrain.Asked[order] > 3));
        await UntilAsync(async () => (await transactions.List(TransactionState.Parked, 10)).Length == 1);

        await transactions.End(half, outcome);
        await transactions.End(half, outcome);
        TransactionOutcome other = outcome == TransactionOutcome.Committed
            ? TransactionOutcome.RolledBack
            : TransactionOutcome.Committed;
        MessageRefusedException refusal =
            await Assert.ThrowsAsync<MessageRefusedException>(() => transactions.End(half, other));
        Assert.Contains("already", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(messages, (int)(await _cluster.Client.GetMessageQueue("Orders", "broker-0", 0).GetOffsets()).Max);
        await Assert.ThrowsAsync<MessageRefusedException>(() => transactions.Resume(half));
    }

    [Fact]
    public async Task OpenTransaction_IsDecided_AfterItsSiloWasKilledAndCameBack()
    {
        long half = await SendHalfAsync("broker-1", "unknown over a restart");
        await _cluster.KillAsync("broker-1");
        await _cluster.StartAgainAsync("broker-1");

        ITransactionGrain transactions = _cluster.Client.GetGrain<ITransactionGrain>("broker-1");
        Assert.Equal(half, Assert.Single(await transactions.List(null, 10)).PhysicalOffset);
        await transactions.End(half, TransactionOutcome.Committed);
        Assert.Equal(1, (await _cluster.Client.GetMessageQueue("Orders", "broker-1", 0).GetOffsets()).Max);
    }

    private async Task<long> SendHalfAsync(string broker, string order)
    {
        GrainId checker = await _cluster.Client.GetGrain<IOrderGrain>(order).GetId();
        AppendReply half = await _cluster.Client.GetMessageQueue("Orders", broker, 0).Append(MessageBatch.Of(
            Encoding.UTF8.GetBytes(order), ("TRAN_MSG", "true"), ("PGROUP", "nobody"),
            ("TRAN_CHECKER", checker.ToString())));
        return half.PhysicalOffset;
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        long until = Environment.TickCount64 + 30_000;
        while (!await condition())
        {
            Assert.True(Environment.TickCount64 < until, "It was waited for in vain.");
            await Task.Delay(50);
        }
    }
}
