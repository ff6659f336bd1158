using System.Text;
using OrleansMq.Client;
using OrleansMq.Client.Reading;
using OrleansMq.Client.Receiving;
using OrleansMq.Client.Sending;
using OrleansMq.Client.Transactions;

namespace OrleansMq.Cli.Tests;

public sealed class TransactionsCommandTests : IAsyncLifetime
{
    private const string Topic = "Orders";

    private readonly SdkBroker _broker = SdkBroker.Start();
    private readonly OrleansMqClient _client;
    private readonly TransactionProducer _producer;

    public TransactionsCommandTests()
    {
        _client = _broker.Connect(options => options with { ProducerGroup = "payers" });
        _producer = _client.CreateTransactionProducer();
    }

    public async Task InitializeAsync()
    {
        foreach (string body in (string[])["one", "two", "three"])
        {
            await _producer.SendInTransactionAsync(
                new Message
                {
                    Topic = Topic,
                    Body = Encoding.UTF8.GetBytes(body),
                    UniqueKey = body,
                    Properties = new Dictionary<string, string> { [TransactionProducer.CheckerGrainProperty] = "none" },
                },
                (_, _) => ValueTask.FromResult(TransactionOutcome.Unknown));
        }
    }

    public async Task DisposeAsync()
    {
        await _producer.DisposeAsync();
        await _client.DisposeAsync();
        await _broker.DisposeAsync();
    }

    [Fact]
    public async Task List_ShowsWhatIsOpen_AndSaysWhenThereIsMore()
    {
        OmqRun all = await RunAsync("list");
        OmqRun some = await RunAsync("list", "--max", "2");
        OmqRun others = await RunAsync("list", "--group", "others");

        Assert.Equal(0, all.ExitCode);
        Assert.Equal(4, all.Lines.Length);
        Assert.Contains($"{_broker.Name}@", all.Lines[0], StringComparison.Ordinal);
        Assert.Contains("prepared  group payers  topic Orders/", all.Lines[0], StringComparison.Ordinal);
        Assert.Contains("key one", all.Lines[0], StringComparison.Ordinal);
        Assert.Equal("2 listed; there are more, see --max.", some.Lines[^1]);
        Assert.Equal(["0 listed."], others.Lines);
    }

    [Fact]
    public async Task CommitAndRollback_EndTransactions_AndSaySo()
    {
        string[] ids = [.. (await RunAsync("list")).Lines[..3].Select(line => line.Split(' ')[0])];

        OmqRun committed = await RunAsync("commit", ids[0]);
        OmqRun rolledBack = await RunAsync("rollback", ids[1]);
        OmqRun contradicted = await RunAsync("commit", ids[1]);

        Assert.Equal((0, $"{ids[0]} is committed."), (committed.ExitCode, committed.Output.Trim()));
        Assert.Equal((0, $"{ids[1]} is rolled back."), (rolledBack.ExitCode, rolledBack.Output.Trim()));
        Assert.Equal((1, ""), (contradicted.ExitCode, contradicted.Output));
        Assert.NotEmpty(contradicted.Errors);
        Assert.Equal("1 listed.", (await RunAsync("list")).Lines[^1]);
        List<string> delivered = [];
        await foreach (ReceivedMessage message in _client.ReadAsync(Topic, new ReadOptions { StopsAtEnd = true }))
            delivered.Add(Encoding.UTF8.GetString(message.Body.Span));
        Assert.Equal(["one"], delivered);
    }

    [Fact]
    public async Task Resume_SaysHowMany()
    {
        OmqRun run = await RunAsync("resume", "--group", "payers");

        Assert.Equal((0, "0 resumed."), (run.ExitCode, run.Output.Trim()));
    }

    [Fact]
    public async Task Commit_SaysWhatAnIdIs_WhenItGetsNone()
    {
        OmqRun run = await RunAsync("commit", "nonsense");

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("BROKER@POSITION", run.Errors, StringComparison.Ordinal);
    }

    private Task<OmqRun> RunAsync(params string[] command) =>
        Omq.RunAsync(["transactions", .. command, "--broker", _broker.Address]);
}
