using System.Globalization;
using System.Net;
using System.Text;
using OrleansMq.BrokerProcesses;
using OrleansMq.Client;
using OrleansMq.Client.Receiving;
using OrleansMq.Client.Sending;
using OrleansMq.Messages.Records;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;
using Xunit.Abstractions;

namespace OrleansMq.Crash.Tests;

/// <summary>
/// Messages that nobody can process survive <c>kill -9</c> of the broker: each comes again until its last try and is a
/// dead letter then, none is lost on the way, and a filter gives what fits it, neither more nor less.
/// </summary>
public sealed class RetryKillTests(ITestOutputHelper output) : IDisposable
{
    private const string Topic = "crash-retries";
    private const string Group = "crash-failers";
    private const string RetryTopic = $"%RETRY%{Group}";
    private const string DeadLetterTopic = $"%DLQ%{Group}";
    private const int Kills = 8;
    private const int MessagesPerLife = 120;
    private const int MaxTries = 2;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Failed messages come again soon.</summary>
    private static readonly string[] Arguments =
    [
        "--OrleansMq:Broker:DelayLevels=1s", "--OrleansMq:Store:CommitLogFileBytes=2097152",
        "--OrleansMq:Store:MaxMessageBytes=1048576", "--OrleansMq:Broker:OffsetFlushInterval=00:00:00.100",
    ];

    private readonly TemporaryDirectory _directory = new();
    private readonly HashSet<string> _sent = [];
    private readonly Dictionary<string, long> _next = [];
    private int _sentBack;

    [Fact]
    public async Task Kill_LosesNoFailedMessage_OnItsWayToTheDeadLetters()
    {
        for (int life = 0; life < Kills; life++)
        {
            await using BrokerProcess broker = await BrokerProcess.StartAsync(_directory.Path, 0, Arguments);
            await using BrokerClient client = await BrokerClient.ConnectAsync(broker.EndPoint);
            if (life == 0)
                await client.CreateTopicAsync(Topic, 1);
            using var stop = new CancellationTokenSource();
            Task failing = FailAsync(broker.EndPoint, stop.Token);
            for (int number = 0; number < MessagesPerLife; number++)
                await SendAsync(client, $"{life}-{number}", number);
            await broker.KillAsync();
            await stop.CancelAsync();
            await failing;
        }

        await using BrokerProcess last = await BrokerProcess.StartAsync(_directory.Path, 0, Arguments);
        await using BrokerClient reader = await BrokerClient.ConnectAsync(last.EndPoint);
        using var end = new CancellationTokenSource();
        Task failsOn = FailAsync(last.EndPoint, end.Token);
        DateTimeOffset deadline = DateTimeOffset.UtcNow + Patience;
        ReceivedMessage[] dead;
        do
            dead = [.. await ReadAsync(reader, DeadLetterTopic)];
        while (dead.Select(BodyOf).Distinct().Count() < _sent.Count && DateTimeOffset.UtcNow < deadline);
        await end.CancelAsync();
        await failsOn;

        output.WriteLine(
            $"kills {Kills}, acknowledged {_sent.Count}, sent back {_sentBack}, dead letters {dead.Length}, lost "
            + $"{_sent.Except(dead.Select(BodyOf)).Count()}");
        Assert.Empty(_sent.Except(dead.Select(BodyOf)));
        Assert.All(dead, message => Assert.Equal(
            (Topic, MaxTries + 1), (message.Properties["DLQ_ORIGIN_TOPIC"], message.ReconsumeTimes)));
        await AssertFilteredAsync(reader);
    }

    public void Dispose() => _directory.Dispose();

    private async Task SendAsync(BrokerClient client, string id, int number)
    {
        await client.SendAsync(
            new Message
            {
                Topic = Topic,
                Body = Encoding.UTF8.GetBytes(id),
                Properties = new Dictionary<string, string> { ["number"] = Text(number) },
            },
            queueId: 0);
        _sent.Add(id);
    }

    /// <summary>Consumes and sends everything back; commits behind it, as a consumer does.</summary>
    private async Task FailAsync(IPEndPoint endPoint, CancellationToken stop)
    {
        try
        {
            await using BrokerClient client = await BrokerClient.ConnectAsync(endPoint, cancellation: stop);
            foreach (string topic in (string[])[Topic, RetryTopic])
                _next[topic] = await client.QueryOffsetAsync(Group, topic, 0, stop) ?? 0;
            while (!stop.IsCancellationRequested)
            {
                foreach (string topic in (string[])[Topic, RetryTopic])
                    await FailAsync(client, topic, stop);
            }
        }
        catch (Exception cause) when (cause is IOException or System.Net.Sockets.SocketException or TimeoutException
            or OperationCanceledException)
        {
            // The broker was killed: what was not committed is consumed again.
        }
    }

    private async Task FailAsync(BrokerClient client, string topic, CancellationToken stop)
    {
        PullOutcome pull;
        try
        {
            pull = await client.PullAsync(
                new PullRequest(Group, topic, 0, _next[topic]) { Wait = TimeSpan.FromMilliseconds(20) }, stop);
        }
        catch (RemotingException cause) when (cause.Code == ResponseCode.TopicNotExist)
        {
            // Nothing was sent back yet.
            return;
        }

        foreach (ReceivedMessage message in pull.Messages)
        {
            await client.SendBackAsync(Group, message, delayLevel: 1, maxTries: MaxTries, cancellation: stop);
            Interlocked.Increment(ref _sentBack);
        }

        if (pull.NextOffset != _next[topic])
            await client.CommitOffsetAsync(Group, topic, 0, pull.NextOffset, stop);
        _next[topic] = pull.NextOffset;
    }

    private static async Task<IReadOnlyList<ReceivedMessage>> ReadAsync(BrokerClient client, string topic)
    {
        var messages = new List<ReceivedMessage>();
        try
        {
            long end = await client.GetMaxOffsetAsync(topic, 0);
            for (long offset = 0; offset < end;)
            {
                PullOutcome pull = await client.PullAsync(new PullRequest("auditor", topic, 0, offset));
                messages.AddRange(pull.Messages);
                offset = pull.NextOffset;
            }
        }
        catch (RemotingException cause) when (cause.Code == ResponseCode.TopicNotExist)
        {
            // Nothing is dead yet.
        }

        return messages;
    }

    /// <summary>Reads with a condition what all those lives have left.</summary>
    private async Task AssertFilteredAsync(BrokerClient client)
    {
        const int Below = MessagesPerLife / 3;
        ReceivedMessage[] all = [.. await ReadAsync(client, Topic)];
        string[] expected = [.. all.Where(message => int.Parse(
            message.Properties["number"], CultureInfo.InvariantCulture) < Below).Select(BodyOf)];
        Assert.Empty(_sent.Except(all.Select(BodyOf)));

        var found = new List<string>();
        long end = await client.GetMaxOffsetAsync(Topic, 0);
        for (long offset = 0; offset < end;)
        {
            RemotingCommand request = RemotingCommand.Request(RequestCode.PullMessage, 0);
            foreach ((string name, string value) in FilteredPull(offset, $"number < {Below}"))
                request.Fields[name] = value;
            RemotingCommand answer = await client.Connection.InvokeAsync(request, Patience);
            for (ReadOnlyMemory<byte> rest = answer.Body; !rest.IsEmpty;)
            {
                Assert.Equal(RecordDefect.None, RecordView.TryRead(rest.Span, out RecordView record));
                found.Add(Encoding.UTF8.GetString(record.Body));
                rest = rest[record.Bytes.Length..];
            }

            offset = long.Parse(answer.Fields["nextBeginOffset"], CultureInfo.InvariantCulture);
        }

        Assert.Equal(expected, found);
    }

    private static IEnumerable<(string Name, string Value)> FilteredPull(long offset, string condition) =>
    [
        ("consumerGroup", "filterers"), ("topic", Topic), ("queueId", "0"), ("queueOffset", Text(offset)),
        ("maxMsgNums", "32"), ("sysFlag", "4"), ("commitOffset", "0"), ("suspendTimeoutMillis", "0"),
        ("subscription", condition), ("subVersion", "1"), ("expressionType", "SQL92"),
    ];

    private static string BodyOf(ReceivedMessage message) => Encoding.UTF8.GetString(message.Body.Span);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
