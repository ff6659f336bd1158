using OrleansMq.BrokerProcesses;
using OrleansMq.Client;
using OrleansMq.Client.Receiving;
using OrleansMq.Client.Sending;
using Xunit.Abstractions;

namespace OrleansMq.Crash.Tests;

/// <summary>
/// Producers that send everything twice, and what had no answer again after the broker was killed: a topic with a window
/// has each id once, where every answer said it is.
/// </summary>
public sealed class IdempotentKillTests(ITestOutputHelper output)
{
    private const string Topic = "once";
    private const int Producers = 6;
    private const int Queues = 3;
    private const int LeastPerLife = 400;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, HashSet<(int QueueId, long Offset)>> _answers = [];
    private readonly HashSet<string> _unanswered = [];

    [Theory]
    [InlineData("async")]
    [InlineData("sync")]
    public async Task EveryId_IsStoredOnce_WhenEverySendIsTriedTwiceAndTheBrokerIsKilled(string flush)
    {
        const int Kills = 6;
        using var directory = new TemporaryDirectory();
        string[] arguments = ["--flush", flush, "--OrleansMq:Store:CommitLogFileBytes=8388608", "--OrleansMq:Store:MaxMessageBytes=1048576"];
        for (int life = 0; life < Kills; life++)
        {
            await using BrokerProcess broker = await BrokerProcess.StartAsync(directory.Path, 0, arguments);
            await using (BrokerClient client = await BrokerClient.ConnectAsync(broker.EndPoint))
            {
                await client.CreateTopicAsync(Topic, Queues, "+idempotent.window=1h");
                await SendAgainAsync(client);
            }

            await LoadAndKillAsync(broker, life);
        }

        await using BrokerProcess last = await BrokerProcess.StartAsync(directory.Path, 0, arguments);
        await using BrokerClient reader = await BrokerClient.ConnectAsync(last.EndPoint);
        await SendAgainAsync(reader);
        Dictionary<string, List<(int, long)>> stored = await ReadAsync(reader);
        output.WriteLine($"{flush}: {Kills} kills, {_answers.Count} ids, {stored.Count} stored");

        Assert.Equal(_answers.Keys.Order(), stored.Keys.Order());
        Assert.All(stored, pair => Assert.Equal(Assert.Single(_answers[pair.Key]), Assert.Single(pair.Value)));
    }

    /// <summary>What had no answer is sent again by a producer that does not know whether it was stored.</summary>
    private async Task SendAgainAsync(BrokerClient client)
    {
        foreach (string id in _unanswered.ToArray())
            await SendAsync(client, id, queueId: Queues - 1);
    }

    private async Task LoadAndKillAsync(BrokerProcess broker, int life)
    {
        int before = _answers.Count;
        using var stop = new CancellationTokenSource();
        var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task[] producers = [.. Enumerable.Range(0, Producers).Select(number => ProduceAsync(
            broker, $"{life}-{number}", () => IsEnough(before, enough), stop.Token))];
        await enough.Task.WaitAsync(TimeSpan.FromMinutes(2));
        await broker.KillAsync();
        await stop.CancelAsync();
        await Task.WhenAll(producers);
    }

    private void IsEnough(int before, TaskCompletionSource enough)
    {
        lock (_lock)
        {
            if (_answers.Count - before >= LeastPerLife)
                enough.TrySetResult();
        }
    }

    private async Task ProduceAsync(BrokerProcess broker, string name, Action accepted, CancellationToken stop)
    {
        try
        {
            await using BrokerClient first = await BrokerClient.ConnectAsync(broker.EndPoint, cancellation: stop);
            await using BrokerClient second = await BrokerClient.ConnectAsync(broker.EndPoint, cancellation: stop);
            for (int number = 0; !stop.IsCancellationRequested; number++)
            {
                string id = $"{name}-{number}";
                lock (_lock)
                    _unanswered.Add(id);

                // On two connections at the same time, for different queues.
                await Task.WhenAll(SendAsync(first, id, number % Queues), SendAsync(second, id, (number + 1) % Queues));
                accepted();
            }
        }
        catch (Exception cause) when (cause is IOException or System.Net.Sockets.SocketException or TimeoutException or OperationCanceledException)
        {
            // The broker was killed; what had no answer is sent again.
        }
    }

    private async Task SendAsync(BrokerClient client, string id, int queueId)
    {
        var message = new Message { Topic = Topic, Body = new byte[100], UniqueKey = id };
        SendOutcome outcome = await client.SendAsync(message, queueId);
        lock (_lock)
        {
            _unanswered.Remove(id);
            if (!_answers.TryGetValue(id, out HashSet<(int, long)>? places))
                _answers.Add(id, places = []);
            places.Add((outcome.QueueId, outcome.QueueOffset));
        }
    }

    private static async Task<Dictionary<string, List<(int QueueId, long Offset)>>> ReadAsync(BrokerClient client)
    {
        var stored = new Dictionary<string, List<(int, long)>>();
        for (int queueId = 0; queueId < Queues; queueId++)
        {
            long max = await client.GetMaxOffsetAsync(Topic, queueId);
            for (long offset = 0; offset < max;)
            {
                PullOutcome pull = await client.PullAsync(
                    new PullRequest("auditor", Topic, queueId, offset) { MaxMessages = 1_024 });
                foreach (ReceivedMessage message in pull.Messages)
                {
                    if (!stored.TryGetValue(message.MessageId, out List<(int, long)>? places))
                        stored.Add(message.MessageId, places = []);
                    places.Add((queueId, message.QueueOffset));
                }

                Assert.True(pull.NextOffset > offset);
                offset = pull.NextOffset;
            }
        }

        return stored;
    }
}
