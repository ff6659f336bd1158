using System.Text;
using OrleansMq.Client;
using OrleansMq.Client.Administration;
using OrleansMq.Cluster.Tests.TestCluster;
using OrleansMq.Grains.Queues;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Requests;
using OrleansMq.TransactionProducers;

namespace OrleansMq.Cluster.Tests;

/// <summary>An operator asks any broker for the transactions of all, over remoting.</summary>
public sealed class TransactionOperatorTests : IAsyncLifetime
{
    private const string Topic = "Orders";
    private const string Group = "payers";

    private static readonly string[] Brokers = ["broker-0", "broker-1", "broker-2"];

    private BrokerCluster _cluster = null!;
    private BrokerClient _client = null!;
    private TransactionAdministration _transactions = null!;

    public async Task InitializeAsync()
    {
        _cluster = await BrokerCluster.StartAsync(3, settings =>
        {
            settings.Broker.Transactions.FirstCheckAfter = TimeSpan.Zero;
            settings.Broker.Transactions.CheckInterval = TimeSpan.FromMilliseconds(100);
            settings.Broker.Transactions.MaxChecks = 2;
        });
        _client = await _cluster.ConnectAsync("broker-1");
        _transactions = new TransactionAdministration(_client, TimeSpan.FromSeconds(10));
    }

    public async Task DisposeAsync()
    {
        await _client.DisposeAsync();
        await _cluster.DisposeAsync();
    }

    [Fact]
    public async Task List_GoesOverAllBrokers_PageByPage()
    {
        foreach (string broker in Brokers)
        {
            for (int sent = 0; sent < 3; sent++)
                await SendHalfAsync(broker, $"{broker} {sent}");
        }

        string[] all = [.. from broker in Brokers from sent in Enumerable.Range(0, 3) select $"{broker} {sent}"];
        Assert.Equal(all, Assert.Single(await PagesAsync(null, 100)));
        Assert.Equal(
            all.Chunk(2).Select(page => string.Join(',', page)),
            (await PagesAsync(null, 2)).Select(page => string.Join(',', page)));
        Assert.Equal(["broker-2 0", "broker-2 1", "broker-2 2"], (await PagesAsync("broker-2", 3))[0]);
    }

    [Fact]
    public async Task Transaction_EndsOnTheBrokerThatHasIt_WhicheverIsAsked()
    {
        await SendHalfAsync("broker-0", "paid");
        await SendHalfAsync("broker-2", "unpaid");
        TransactionList list = await ListAsync();

        await _transactions.EndAsync("broker-0", list.Transactions[0].CommitLogOffset, isCommit: true);
        await _transactions.EndAsync("broker-0", list.Transactions[0].CommitLogOffset, isCommit: true);
        await _transactions.EndAsync("broker-2", list.Transactions[1].CommitLogOffset, isCommit: false);
        RemotingException refusal = await Assert.ThrowsAsync<RemotingException>(() => _transactions.EndAsync(
            "broker-2", list.Transactions[1].CommitLogOffset, isCommit: true));

        Assert.Contains("rolled back already", refusal.Message, StringComparison.Ordinal);
        Assert.Empty((await ListAsync()).Transactions);
        Assert.Equal(1, (await _cluster.Client.GetMessageQueue(Topic, "broker-0", 0).GetOffsets()).Max);
        Assert.Equal(0, (await _cluster.Client.GetMessageQueue(Topic, "broker-2", 0).GetOffsets()).Max);
    }

    [Fact]
    public async Task ParkedOnes_AreResumedEverywhere_AndEndAsTheirProducerSaysThen()
    {
        bool knows = false;
        await using TransactionProducer producer = await TransactionProducer.ConnectAsync(
            BrokerCluster.LocalOf(_cluster.SiloOf("broker-0")).Host.EndPoint!, Group, "p",
            _ => Volatile.Read(ref knows) ? TransactionProducer.Commit : TransactionProducer.Unknown);
        foreach (string broker in Brokers)
            await SendHalfAsync(broker, $"of {broker}");
        await BrokerCluster.UntilAsync(async () =>
            (await ListAsync()).Transactions.Count(one => one is { State: "parked", Checks: 2 }) == 3);

        Volatile.Write(ref knows, true);
        TransactionInfo first = (await ListAsync()).Transactions[0];
        Assert.Equal(1, (await _transactions.ResumeAsync("broker-0", first.CommitLogOffset)).Resumed);
        Assert.Equal(2, (await _transactions.ResumeGroupAsync(Group)).Resumed);

        await BrokerCluster.UntilAsync(async () => (await ListAsync()).Transactions.Count == 0);
        foreach (string broker in Brokers)
            Assert.Equal(1, (await _cluster.Client.GetMessageQueue(Topic, broker, 0).GetOffsets()).Max);
    }

    [Fact]
    public async Task BrokerThatIsGone_IsLeftOutOrNamed_AndKeepsNobodyWaiting()
    {
        await SendHalfAsync("broker-0", "here");
        await SendHalfAsync("broker-2", "gone");
        await _cluster.KillAsync("broker-2");

        Assert.Equal("here", Assert.Single((await ListAsync()).Transactions).UniqueKey);
        TransactionList gone = await _transactions.ListAsync(new ListTransactionsRequest("broker-2", null, null, null, 9));
        Assert.Equal(["broker-2"], gone.Unreachable);
        RemotingException refusal = await Assert.ThrowsAsync<RemotingException>(
            () => _transactions.EndAsync("broker-2", 0, isCommit: true));
        Assert.Contains("'broker-2'", refusal.Message, StringComparison.Ordinal);
    }

    private Task<TransactionList> ListAsync() =>
        _transactions.ListAsync(new ListTransactionsRequest(null, null, Group, null, 100));

    private async Task<IReadOnlyList<string[]>> PagesAsync(string? broker, int count)
    {
        var pages = new List<string[]>();
        var request = new ListTransactionsRequest(broker, null, Group, null, count);
        do
        {
            TransactionList page = await _transactions.ListAsync(request);
            pages.Add([.. page.Transactions.Select(one => one.UniqueKey)]);
            request = request with { Cursor = page.Next };
        }
        while (request.Cursor is not null);

        return pages;
    }

    private Task<AppendReply> SendHalfAsync(string broker, string id) =>
        _cluster.Client.GetMessageQueue(Topic, broker, 0).Append(MessageBatch.Of(
            Encoding.UTF8.GetBytes(id), ("TRAN_MSG", "true"), ("PGROUP", Group), ("UNIQ_KEY", id)));
}
