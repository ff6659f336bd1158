using System.Collections.Concurrent;
using System.Text;
using OrleansMq.Client;
using OrleansMq.Client.Administration;
using OrleansMq.Client.Reading;
using OrleansMq.Client.Receiving;
using OrleansMq.Client.Sending;
using OrleansMq.Client.Transactions;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Requests;

namespace OrleansMq.Sdk.Tests.Transactions;

public sealed class TransactionProducerTests : IAsyncLifetime
{
    private const string Topic = "Orders";
    private const string Group = "payers";

    private readonly CancellationToken _limit = new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;
    private readonly ConcurrentQueue<string> _asked = new();
    private readonly SdkBroker _broker = SdkBroker.Start(settings =>
    {
        settings.Broker.Transactions.FirstCheckAfter = TimeSpan.Zero;
        settings.Broker.Transactions.CheckInterval = TimeSpan.FromMilliseconds(100);
        settings.Broker.Transactions.MaxChecks = 10_000;
    });

    private readonly OrleansMqClient _client;

    public TransactionProducerTests() => _client = Connect();

    public async Task InitializeAsync()
    {
        await using BrokerClient broker = await BrokerClient.ConnectAsync(_broker.Host.EndPoint!);
        await broker.CreateTopicAsync(Topic, 1);
    }

    public async Task DisposeAsync()
    {
        await _client.DisposeAsync();
        await _broker.DisposeAsync();
    }

    [Fact]
    public async Task Send_DeliversWhatIsCommitted_AndForgetsWhatIsRolledBack()
    {
        await using TransactionProducer producer = await CreateAsync(_client, TransactionOutcome.Unknown);

        TransactionResult no = await producer.SendInTransactionAsync(Of("no"), Work(TransactionOutcome.Rollback), _limit);
        TransactionResult yes = await producer.SendInTransactionAsync(Of("yes"), Work(TransactionOutcome.Commit), _limit);

        Assert.Equal((true, true), (no.IsEnded, yes.IsEnded));
        ReceivedMessage delivered = await FirstAsync();
        Assert.Equal(("yes", yes.Half.MessageId), (TextOf(delivered), delivered.MessageId));
        Assert.Empty(await OpenAsync());
    }

    [Fact]
    public async Task Work_KnowsTheMessage_ThatNobodyCanSeeYet()
    {
        await using TransactionProducer producer = await CreateAsync(_client, TransactionOutcome.Unknown);
        TransactionInfo? open = null;

        TransactionResult result = await producer.SendInTransactionAsync(
            Of("paid"),
            async (half, _) =>
            {
                open = Assert.Single(await OpenAsync());
                Assert.Equal(
                    (half.MessageId, half.BrokerName, half.PhysicalOffset, Group),
                    (open.UniqueKey, open.BrokerName, open.CommitLogOffset, open.ProducerGroup));
                return TransactionOutcome.Commit;
            },
            _limit);

        Assert.NotNull(open);
        Assert.Equal(_broker.Name, result.Half.BrokerName);
    }

    [Theory]
    [InlineData(TransactionOutcome.Commit)]
    [InlineData(TransactionOutcome.Rollback)]
    public async Task Checker_Decides_WhenTheWorkDoesNotKnow(TransactionOutcome answer)
    {
        await using TransactionProducer producer = await CreateAsync(_client, answer);

        TransactionResult result = await producer.SendInTransactionAsync(
            Of("paid"), Work(TransactionOutcome.Unknown), _limit);

        Assert.False(result.IsEnded);
        await UntilOverAsync();
        Assert.Equal(["paid"], _asked.Distinct());
        Assert.Equal(answer == TransactionOutcome.Commit ? ["paid"] : [], await AllAsync());
    }

    [Fact]
    public async Task Checker_Decides_WhenTheWorkThrows()
    {
        await using TransactionProducer producer = await CreateAsync(_client, TransactionOutcome.Commit);

        await Assert.ThrowsAsync<TimeoutException>(() => producer.SendInTransactionAsync(
            Of("paid"), (_, _) => throw new TimeoutException("The database did not answer."), _limit));

        Assert.Equal("paid", TextOf(await FirstAsync()));
    }

    [Fact]
    public async Task Checker_OfAnotherClient_IsAsked_WhenTheProducerDies()
    {
        OrleansMqClient dies = Connect();
        TransactionProducer producer = await CreateAsync(dies, TransactionOutcome.Unknown);
        await producer.SendInTransactionAsync(Of("paid"), Work(TransactionOutcome.Unknown), _limit);
        await producer.DisposeAsync();
        await dies.DisposeAsync();

        await using TransactionProducer next = await CreateAsync(_client, TransactionOutcome.Commit);

        Assert.Equal("paid", TextOf(await FirstAsync()));
        await UntilOverAsync();
    }

    [Fact]
    public async Task Checker_IsAsked_WhenTheBrokerWasRestartedAndNothingIsSent()
    {
        await using TransactionProducer producer = await CreateAsync(
            _client, () => _asked.Count > 1 ? TransactionOutcome.Commit : TransactionOutcome.Unknown);
        await producer.SendInTransactionAsync(Of("paid"), Work(TransactionOutcome.Unknown), _limit);

        await _broker.RestartAsync();

        await UntilOverAsync();
        Assert.Equal(["paid"], await AllAsync());
    }

    [Fact]
    public async Task Checker_IsNotAsked_WhileTheWorkIsUnderWay()
    {
        await using TransactionProducer producer = await CreateAsync(_client, TransactionOutcome.Rollback);

        TransactionResult result = await producer.SendInTransactionAsync(
            Of("paid"),
            async (_, _) =>
            {
                while ((await OpenAsync())[0].Checks < 2)
                    await Task.Delay(5, _limit);
                return TransactionOutcome.Commit;
            },
            _limit);

        Assert.True(result.IsEnded);
        Assert.Empty(_asked);
        Assert.Equal(["paid"], await AllAsync());
    }

    [Fact]
    public async Task Checker_IsAskedAgain_WhenItThrows()
    {
        await using TransactionProducer producer = await CreateAsync(
            _client,
            () => _asked.Count < 3 ? throw new InvalidOperationException("It broke.") : TransactionOutcome.Commit);

        await producer.SendInTransactionAsync(Of("paid"), Work(TransactionOutcome.Unknown), _limit);

        Assert.Equal("paid", TextOf(await FirstAsync()));
        Assert.Equal(3, _asked.Count);
    }

    [Fact]
    public async Task End_IsTriedAgain_WhenTheBrokerIsGoneForAWhile()
    {
        await using TransactionProducer producer = await CreateAsync(_client, TransactionOutcome.Unknown);
        Task resume = Task.CompletedTask;

        TransactionResult result = await producer.SendInTransactionAsync(
            Of("paid"),
            async (_, _) =>
            {
                await _broker.StopAsync();
                resume = Task.Run(_broker.Resume, CancellationToken.None);
                return TransactionOutcome.Commit;
            },
            _limit);
        await resume;

        Assert.True(result.IsEnded);
        Assert.Equal("paid", TextOf(await FirstAsync()));
    }

    [Fact]
    public async Task End_SaysSo_WhenAnOperatorDecidedOtherwise()
    {
        await using TransactionProducer producer = await CreateAsync(_client, TransactionOutcome.Unknown);

        await Assert.ThrowsAsync<RemotingException>(() => producer.SendInTransactionAsync(
            Of("paid"),
            async (half, _) =>
            {
                await using BrokerClient broker = await BrokerClient.ConnectAsync(
                    _broker.Host.EndPoint!, cancellation: _limit);
                await new TransactionAdministration(broker, TimeSpan.FromSeconds(5))
                    .EndAsync(half.BrokerName, half.PhysicalOffset, isCommit: false, _limit);
                return TransactionOutcome.Commit;
            },
            _limit));
    }

    [Fact]
    public async Task Create_SaysWhatIsMissing_WhenThereIsNoProducerGroup()
    {
        await using OrleansMqClient client = _broker.Connect();

        InvalidOperationException refusal = await Assert.ThrowsAsync<InvalidOperationException>(
            () => CreateAsync(client, TransactionOutcome.Unknown));

        Assert.Contains("ProducerGroup", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_IsRefusedTheSecondTime_UntilTheFirstIsDisposed()
    {
        TransactionProducer first = await CreateAsync(_client, TransactionOutcome.Unknown);
        await Assert.ThrowsAsync<InvalidOperationException>(() => CreateAsync(_client, TransactionOutcome.Unknown));

        await first.DisposeAsync();

        await using TransactionProducer second = await CreateAsync(_client, TransactionOutcome.Unknown);
        await first.DisposeAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => CreateAsync(_client, TransactionOutcome.Unknown));
    }

    [Fact]
    public async Task Create_Fails_WhenNoBrokerIsThere()
    {
        await using var client = new OrleansMqClient(new ClientOptions
        {
            Transport = new OrleansMq.Client.Transports.SocketTransport("127.0.0.1:1"), ProducerGroup = Group,
        });

        await Assert.ThrowsAsync<ConnectionLostException>(() => CreateAsync(client, TransactionOutcome.Unknown));
        await Assert.ThrowsAsync<ConnectionLostException>(() => CreateAsync(client, TransactionOutcome.Unknown));
    }

    [Fact]
    public async Task Send_SaysWhatIsWrong_WhenAMessageCannotBePartOfATransaction()
    {
        await using TransactionProducer producer = _client.CreateTransactionProducer();

        ArgumentException noChecker = await Assert.ThrowsAsync<ArgumentException>(
            () => producer.SendInTransactionAsync(Of("paid"), Work(TransactionOutcome.Commit), _limit));
        ArgumentException delayed = await Assert.ThrowsAsync<ArgumentException>(() => producer.SendInTransactionAsync(
            new Message { Topic = Topic, DelayLevel = 3 }, Work(TransactionOutcome.Commit), _limit));

        Assert.Contains("TRAN_CHECKER", noChecker.Message, StringComparison.Ordinal);
        Assert.Contains("delayed", delayed.Message, StringComparison.Ordinal);
    }

    private static Message Of(string body) => new() { Topic = Topic, Body = Encoding.UTF8.GetBytes(body) };

    private static Func<HalfMessage, CancellationToken, ValueTask<TransactionOutcome>> Work(TransactionOutcome outcome) =>
        (_, _) => ValueTask.FromResult(outcome);

    private static string TextOf(ReceivedMessage message) => Encoding.UTF8.GetString(message.Body.Span);

    private OrleansMqClient Connect() => _broker.Connect(options => options with
    {
        ProducerGroup = Group, MaxReconnectDelay = TimeSpan.FromMilliseconds(200),
    });

    private Task<TransactionProducer> CreateAsync(OrleansMqClient client, TransactionOutcome answer) =>
        CreateAsync(client, () => answer);

    private Task<TransactionProducer> CreateAsync(OrleansMqClient client, Func<TransactionOutcome> answer) =>
        client.CreateTransactionProducerAsync(
            (message, _) =>
            {
                _asked.Enqueue(TextOf(message));
                return ValueTask.FromResult(answer());
            },
            cancellation: _limit);

    private async Task<List<TransactionInfo>> OpenAsync()
    {
        await using BrokerClient broker = await BrokerClient.ConnectAsync(_broker.Host.EndPoint!);
        return (await new TransactionAdministration(broker, TimeSpan.FromSeconds(5))
            .ListAsync(new ListTransactionsRequest(null, null, null, null, 100), _limit)).Transactions;
    }

    private async Task UntilOverAsync()
    {
        while ((await OpenAsync()).Count > 0)
            await Task.Delay(5, _limit);
    }

    private async Task<ReceivedMessage> FirstAsync()
    {
        await foreach (ReceivedMessage message in _client.ReadAsync(Topic, cancellation: _limit))
            return message;
        throw new InvalidOperationException("The reader follows without an end.");
    }

    private async Task<List<string>> AllAsync()
    {
        List<string> bodies = [];
        await foreach (ReceivedMessage message in _client.ReadAsync(
            Topic, new ReadOptions { StopsAtEnd = true }, _limit))
            bodies.Add(TextOf(message));
        return bodies;
    }
}
