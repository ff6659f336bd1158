using System.Diagnostics;
using OrleansMq.BrokerProcesses;
using OrleansMq.Client;
using OrleansMq.Crash.Tests.Histories;
using OrleansMq.Crash.Tests.Load;

namespace OrleansMq.Crash.Tests;

/// <summary>Kills a broker again and again on one store, under load, and checks after each restart what it promised.</summary>
internal sealed class CrashRun : IDisposable
{
    private const int Producers = 8;
    private const int MostAcknowledgedPerLife = 4_000;
    private const int KeysPerLife = 20;
    private const int ShownViolations = 10;

    /// <summary>How long after its time the last delayed message may come.</summary>
    private static readonly TimeSpan DelayPatience = TimeSpan.FromSeconds(30);

    private readonly TemporaryDirectory _directory = new();
    private readonly History _history = new();
    private readonly LoadConsumer _consumer = new();
    private readonly List<Violation> _violations = [];
    private readonly List<double> _firstAccepted = [];
    private readonly string[] _arguments;
    private readonly Random _random;
    private int _kills;
    private DateTimeOffset _killedAt = DateTimeOffset.UtcNow;

    public CrashRun(int seed, params string[] arguments)
    {
        Seed = seed;
        _random = new Random(seed);
        _arguments = ["--OrleansMq:Broker:OffsetFlushInterval=00:00:00.200", .. arguments];
    }

    public int Seed { get; }

    public IReadOnlyList<Violation> Violations => _violations;

    /// <summary>One line that says what was done and found.</summary>
    public string Evidence
    {
        get
        {
            double[] accepted = [.. _firstAccepted.Order()];
            return $"seed {Seed}, kills {_kills}, acknowledged {_history.Acknowledged}, " +
                $"unknown {_history.Attempts.Count - _history.Acknowledged}, lost {Count(ViolationKind.Lost)}, " +
                $"duplicated {Count(ViolationKind.Duplicated)}, changed {Count(ViolationKind.Changed)}, " +
                $"other violations {_violations.Count(item => item.Kind is not (ViolationKind.Lost or ViolationKind.Duplicated or ViolationKind.Changed))}, " +
                $"first accepted send after start: median {accepted[accepted.Length / 2]:F0} ms, max {accepted[^1]:F0} ms";
        }
    }

    /// <summary>The first violations, one a line.</summary>
    public string Report => string.Join('\n', _violations.Take(ShownViolations).Select(item => $"{item.Kind}: {item.Text}"));

    /// <summary>Runs a number of lives, each ended by a kill, and a last one in which all is read.</summary>
    public async Task RunAsync(int kills)
    {
        while (_kills < kills)
        {
            if (_kills % 5 == 4)
                await KillWhileStartingAsync();
            await LiveAsync();
        }

        await using BrokerProcess broker = await BrokerProcess.StartAsync(_directory.Path, 0, _arguments);
        await using BrokerClient client = await BrokerClient.ConnectAsync(broker.EndPoint);
        await AuditAtEndAsync(client);
    }

    public void Dispose() => _directory.Dispose();

    private int Count(ViolationKind kind) => _violations.Count(item => item.Kind == kind);

    /// <summary>A kill that falls somewhere into recovery.</summary>
    private async Task KillWhileStartingAsync()
    {
        await BrokerProcess.StartAndKillAsync(_directory.Path, TimeSpan.FromMilliseconds(_random.Next(20, 600)), _arguments);
        _kills++;
    }

    private async Task LiveAsync()
    {
        long started = Stopwatch.GetTimestamp();
        await using BrokerProcess broker = await BrokerProcess.StartAsync(_directory.Path, 0, _arguments);
        await using (BrokerClient client = await BrokerClient.ConnectAsync(broker.EndPoint))
        {
            if (_kills == 0)
                await Task.WhenAll(Topics.Names.Select(topic => client.CreateTopicAsync(topic, Topics.QueuesPerTopic)));
            _violations.AddRange(await _consumer.ResumeAsync(client, _killedAt));
            _violations.AddRange(HistoryChecker.Check(_history.Attempts, await StoreAuditor.ReadAsync(client), isAfterDue: false));
            _violations.AddRange(await StoreAuditor.LookUpAsync(client, Sample()));
        }

        await LoadAndKillAsync(broker, started);
    }

    private async Task LoadAndKillAsync(BrokerProcess broker, long started)
    {
        long killAt = _history.Acknowledged + _random.Next(1, MostAcknowledgedPerLife);
        var killing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        int isFirst = 1;
        void Accepted()
        {
            if (Interlocked.Exchange(ref isFirst, 0) == 1)
                _firstAccepted.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            if (_history.Acknowledged >= killAt)
                killing.TrySetResult();
        }

        using var stop = new CancellationTokenSource();
        Task[] producers = [.. Enumerable.Range(0, Producers).Select(number =>
            new LoadProducer(_history, $"{_kills}-{number}", _random.Next()).RunAsync(broker.EndPoint, Accepted, stop.Token))];
        Task consumer = _consumer.RunAsync(broker.EndPoint, stop.Token);
        Task ended = Task.WhenAll(producers);
        if (await Task.WhenAny(killing.Task, ended) == ended)
            throw new InvalidOperationException($"The producers ended before the kill:\n{broker.Log}");

        _killedAt = DateTimeOffset.UtcNow;
        await broker.KillAsync();
        _kills++;
        await stop.CancelAsync();
        await Task.WhenAll([.. producers, consumer]);
    }

    private SendAttempt[] Sample()
    {
        SendAttempt[] candidates = [.. _history.Attempts.Where(attempt => attempt.IsAcknowledged && attempt.Due is null)];
        return candidates.Length == 0 ? [] : _random.GetItems(candidates, KeysPerLife);
    }

    /// <summary>Reads all once more when every delayed message was due, and checks the group's progress.</summary>
    private async Task AuditAtEndAsync(BrokerClient client)
    {
        _violations.AddRange(await _consumer.ResumeAsync(client, _killedAt));
        DateTimeOffset deadline = DateTimeOffset.UtcNow + DelayPatience;
        IReadOnlyList<Violation> found;
        do
        {
            found = HistoryChecker.Check(_history.Attempts, await StoreAuditor.ReadAsync(client), isAfterDue: true);
        }
        while (found.Any(item => item.Kind == ViolationKind.Lost) && DateTimeOffset.UtcNow < deadline);

        _violations.AddRange(found);
    }
}
