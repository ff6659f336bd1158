using OrleansMq.Client;
using OrleansMq.Client.Administration;
using OrleansMq.Client.Popping;
using OrleansMq.Client.Producing;
using OrleansMq.Client.Sending;

namespace OrleansMq.Cli.Tests;

/// <summary>`omq dead-letters` and `omq message`.</summary>
public sealed class MessagesCommandTests : IAsyncLifetime
{
    private const string Topic = "Orders";
    private const string Group = "billing";

    private readonly SdkBroker _broker = SdkBroker.Start();
    private readonly OrleansMqClient _client;
    private SendReceipt[] _sent = [];

    public MessagesCommandTests() => _client = _broker.Connect();

    public async Task InitializeAsync()
    {
        await _client.Admin.Groups.PutAsync(new GroupSettings(Group));
        await using Producer producer = _client.CreateProducer();
        _sent =
        [
            await producer.SendAsync(new Message { Topic = Topic, Keys = "order-1", Body = "poison"u8.ToArray() }),
            await producer.SendAsync(new Message { Topic = Topic, Keys = "order-2", Body = "poison too"u8.ToArray() }),
        ];
        await using BrokerClient broker = await BrokerClient.ConnectAsync(_broker.Host.EndPoint!);
        await using SimpleConsumer consumer = _client.CreateSimpleConsumer(new SimpleConsumerOptions(Group, Topic));
        for (int sentBack = 0; sentBack < 2;)
        {
            foreach (PoppedMessage message in await consumer.ReceiveAsync(2))
            {
                await broker.SendBackAsync(Group, message.Message, delayLevel: -1);
                await consumer.AckAsync(message);
                sentBack++;
            }
        }
    }

    public async Task DisposeAsync()
    {
        await _client.DisposeAsync();
        await _broker.DisposeAsync();
    }

    [Fact]
    public async Task DeadLetters_AreListedAndShown()
    {
        OmqRun groups = await RunAsync("dead-letters", "list");
        OmqRun letters = await RunAsync("dead-letters", "list", "--group", Group);
        OmqRun one = await RunAsync("dead-letters", "list", "--group", Group, "--limit", "1");
        OmqRun none = await RunAsync("dead-letters", "list", "--group", "others");
        OmqRun shown = await RunAsync("dead-letters", "show", "--group", Group, _sent[0].MessageId);
        OmqRun missing = await RunAsync("dead-letters", "show", "--group", Group, "nonsense");

        Assert.Matches($@"{Group} +│ {_broker.Name} +│ 2 ", groups.Output);
        Assert.Contains("CONSUMER_GAVE_UP", letters.Output, StringComparison.Ordinal);
        Assert.Contains("order-1", letters.Output, StringComparison.Ordinal);
        Assert.Contains("order-2", letters.Output, StringComparison.Ordinal);
        Assert.Equal(1, one.Output.Split("CONSUMER_GAVE_UP").Length - 1);
        Assert.Equal((0, "The group 'others' has no such dead letters."), (none.ExitCode, none.Output.Trim()));
        Assert.Contains("poison", shown.Output, StringComparison.Ordinal);
        Assert.Equal(1, missing.ExitCode);
        Assert.Contains("No broker has the dead letter 'nonsense'", missing.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DeadLetters_AreSentAgainOnce()
    {
        OmqRun dry = await ResendAsync("--all", "--dry-run");
        OmqRun named = await ResendAsync(_sent[0].MessageId);
        OmqRun all = await ResendAsync("--all");
        OmqRun again = await ResendAsync("--all");
        OmqRun missing = await ResendAsync("nonsense");
        OmqRun both = await ResendAsync("--all", "nonsense");

        Assert.Equal("2 would be sent, 0 sent before, 0 being sent, 0 refused", dry.Lines[^1]);
        Assert.Equal("1 sent, 0 sent before, 0 being sent, 0 refused", named.Lines[^1]);
        Assert.Equal("1 sent, 1 sent before, 0 being sent, 0 refused", all.Lines[^1]);
        Assert.Equal("0 sent, 2 sent before, 0 being sent, 0 refused", again.Lines[^1]);
        Assert.Equal((1, "0 sent, 0 sent before, 0 being sent, 1 refused"), (missing.ExitCode, missing.Lines[^1]));
        Assert.Contains("No broker has the dead letter 'nonsense'", missing.Errors, StringComparison.Ordinal);
        Assert.NotEqual(0, both.ExitCode);
    }

    [Fact]
    public async Task Trace_TellsWhatHappened_ByEachNameOfAMessage()
    {
        OmqRun[] runs =
        [
            await RunAsync("message", "trace", _sent[0].OffsetMessageId),
            await RunAsync("message", "trace", _sent[0].MessageId, "--topic", Topic),
            await RunAsync("message", "trace", "order-1", "--topic", Topic, "--group", Group),
        ];
        OmqRun missing = await RunAsync("message", "trace", "nonsense", "--topic", Topic);

        foreach (OmqRun run in runs)
        {
            Assert.Equal(0, run.ExitCode);
            Assert.Contains(_sent[0].OffsetMessageId, run.Output, StringComparison.Ordinal);
            Assert.Contains($"{Topic}, queue {_sent[0].QueueId}", run.Output, StringComparison.Ordinal);
            Assert.Contains($"{Group}: ", run.Output, StringComparison.Ordinal);
            Assert.Contains("dead letter", run.Output, StringComparison.Ordinal);
        }

        Assert.Equal(1, missing.ExitCode);
        Assert.Contains("No broker has the message 'nonsense'", missing.Errors, StringComparison.Ordinal);
    }

    private Task<OmqRun> ResendAsync(params string[] arguments) =>
        RunAsync(["dead-letters", "resend", "--group", Group, .. arguments]);

    private Task<OmqRun> RunAsync(params string[] command) =>
        Omq.RunAsync([.. command, "--broker", _broker.Address]);
}
