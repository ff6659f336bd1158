using System.Text;
using Microsoft.Extensions.DependencyInjection;
using OrleansMq.Client;
using OrleansMq.Client.Reading;
using OrleansMq.Client.Receiving;
using OrleansMq.Client.Transports;
using OrleansMq.Cluster.Tests.TestCluster;
using OrleansMq.Databases;
using OrleansMq.Grains.Brokers;
using OrleansMq.Grains.Storage;

namespace OrleansMq.Cluster.Tests.Outbox;

/// <summary>A grain's state and the message that tells of it are one, whatever dies in between.</summary>
public sealed class OutboxTests : IAsyncLifetime
{
    private readonly Audit _audit = new();
    private BrokerCluster _cluster = null!;

    public async Task InitializeAsync() => _cluster = await BrokerCluster.StartAsync(
        2,
        settings =>
        {
            settings.Broker.Transactions.FirstCheckAfter = TimeSpan.Zero;
            settings.Broker.Transactions.CheckInterval = TimeSpan.FromMilliseconds(200);
            settings.Broker.Transactions.MaxChecks = 1_000;
        },
        configureSilo: Configure);

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task Withdrawal_IsTold_WhenItWasMade()
    {
        IAccountGrain account = Account("made");

        Assert.True(await account.Withdraw("w1", 30));
        Assert.True(await account.Withdraw("w1", 30));
        Assert.False(await account.Withdraw("w2", 1_000));

        Assert.Equal(70, await account.GetBalance());
        Assert.Equal([("w1", "30")], await ToldAsync());
    }

    [Fact]
    public async Task Withdrawal_IsTold_WhenItsGrainDiesBehindTheWrite()
    {
        _audit.OnWritten = _ => throw new TimeoutException("Dead.");
        IAccountGrain account = Account("dies behind");
        await Assert.ThrowsAsync<TimeoutException>(() => account.Withdraw("w1", 30));

        Assert.Equal([("w1", "30")], await ToldAsync());
        Assert.Equal(70, await account.GetBalance());
    }

    [Fact]
    public async Task Withdrawal_IsNeverMadeNorTold_WhenItsGrainDiesBeforeTheWrite()
    {
        _audit.OnRequested = operation =>
        {
            if (operation == "w1")
                throw new TimeoutException("Dead.");
        };
        IAccountGrain account = Account("dies before");
        await Assert.ThrowsAsync<TimeoutException>(() => account.Withdraw("w1", 30));
        await UntilOverAsync();
        _audit.OnRequested = null;

        Assert.False(await account.Withdraw("w1", 30));
        Assert.True(await account.Withdraw("w2", 10));

        Assert.Equal(90, await account.GetBalance());
        Assert.Equal([("w2", "10")], await ToldAsync());
    }

    [Fact]
    public async Task Withdrawal_IsTold_WhenItsSiloDiesBehindTheWrite()
    {
        IAccountGrain account = Account("silo dies");
        Assert.Equal(100, await account.GetBalance());
        string silo = (await _cluster.SiloWithAsync(account))!;
        var written = new TaskCompletionSource();
        var forever = new TaskCompletionSource();
        _audit.OnWritten = _ =>
        {
            written.TrySetResult();
            forever.Task.Wait();
        };
        Task<bool> withdrawal = account.Withdraw("w1", 30);
        await written.Task;
        _audit.OnWritten = null;

        await _cluster.KillAsync(silo);
        await Assert.ThrowsAnyAsync<Exception>(() => withdrawal);
        forever.SetResult();

        Assert.Equal(70, await Account("silo dies").GetBalance());
        await _cluster.StartAgainAsync(silo);
        Assert.Equal([("w1", "30")], await ToldAsync());
    }

    private IAccountGrain Account(string key) => _cluster.Client.GetGrain<IAccountGrain>(key);

    private void Configure(ISiloBuilder silo, Database database)
    {
        silo.AddAdoNetGrainStorage("accounts", storage =>
        {
            storage.Invariant = database.Invariant;
            storage.ConnectionString = database.ConnectionString;
            storage.GrainStorageSerializer = new JsonStateSerializer();
        });
        silo.Services.AddSingleton<IBankAudit>(_audit);
        silo.Services.AddSingleton(services => ClientOf(services.GetRequiredService<LocalBroker>(), "accounts"));
        silo.Services.AddSingleton(services =>
            services.GetRequiredService<OrleansMqClient>().CreateTransactionProducer());
    }

    private static OrleansMqClient ClientOf(LocalBroker broker, string group) => new(new ClientOptions
    {
        Transport = new SocketTransport($"{broker.Host.EndPoint}"), ProducerGroup = group,
    });

    /// <summary>All messages of the topic, once no transaction is open.</summary>
    private async Task<List<(string? Operation, string Amount)>> ToldAsync()
    {
        await UntilOverAsync();
        await using OrleansMqClient client = ClientOf(
            BrokerCluster.LocalOf(_cluster.Silos.First(silo => silo.IsActive)), "readers");
        List<(string? Operation, string Amount)> told = [];
        await foreach (ReceivedMessage message in client.ReadAsync("Withdrawals", new ReadOptions { StopsAtEnd = true }))
            told.Add((message.MessageId, Encoding.UTF8.GetString(message.Body.Span)));
        return told;
    }

    private Task UntilOverAsync() => BrokerCluster.UntilAsync(async () =>
    {
        foreach (string broker in _cluster.Silos.Where(silo => silo.IsActive).Select(BrokerCluster.BrokerOf))
        {
            if ((await _cluster.Client.GetGrain<Grains.Transactions.ITransactionGrain>(broker).List(null, 10)).Length > 0)
                return false;
        }

        return true;
    });

    private sealed class Audit : IBankAudit
    {
        public Action<string>? OnRequested { get; set; }

        public Action<string>? OnWritten { get; set; }

        public void Requested(string operation) => OnRequested?.Invoke(operation);

        public void Written(string operation) => OnWritten?.Invoke(operation);
    }
}
