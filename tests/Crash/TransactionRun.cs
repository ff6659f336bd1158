using OrleansMq.BrokerProcesses;
using OrleansMq.Client;
using OrleansMq.Client.Administration;
using OrleansMq.Client.Receiving;
using OrleansMq.Crash.Tests.Histories;
using OrleansMq.Crash.Tests.Load;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Requests;
using OrleansMq.TransactionProducers;

namespace OrleansMq.Crash.Tests;

/// <summary>
/// Kills a broker again and again while producers run transactions on it; in a last life they only answer, until nothing
/// is open any more.
/// </summary>
internal sealed class TransactionRun : IDisposable
{
    private const int Producers = 6;
    private const int MostPreparedPerLife = 1_500;
    private const int MessagesPerPull = 1_024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly string[] Transactions =
    [
        "--OrleansMq:Broker:Transactions:CheckInterval=00:00:00.200",
        "--OrleansMq:Broker:Transactions:FirstCheckAfter=00:00:00",
        "--OrleansMq:Broker:Transactions:MaxChecks=1000000",
    ];

    private readonly TemporaryDirectory _directory = new();
    private readonly TransactionLoad _load = new();
    private readonly List<Violation> _violations = [];
    private readonly string[] _arguments;
    private readonly Random _random;

    public TransactionRun(int seed, params string[] arguments)
    {
        Seed = seed;
        _random = new Random(seed);
        _arguments = [.. Transactions, .. arguments];
    }

    public int Seed { get; }

    public IReadOnlyList<Violation> Violations => _violations;

    /// <summary>One line that says what was done and found.</summary>
    public string Evidence
    {
        get
        {
            IReadOnlyCollection<TransactionAttempt> all = _load.Attempts;
            return $"seed {Seed}, kills {_load.Life}, prepared {_load.Prepared}, unknown "
                + $"{all.Count - _load.Prepared}, ended by their producers {all.Count(item => item.EndedInLife is not null)}, "
                + $"asked about {all.Count(item => item.Questions > 0)} ({all.Sum(item => item.Questions)} questions), "
                + string.Join(", ", Enum.GetValues<ViolationKind>()
                    .Select(kind => $"{kind} {_violations.Count(item => item.Kind == kind)}"));
        }
    }

    public string Report => string.Join('\n', _violations.Take(10).Select(item => $"{item.Kind}: {item.Text}"));

    public async Task RunAsync(int kills)
    {
        while (_load.Life < kills)
            await LiveAsync();
        await EndAsync();
    }

    public void Dispose() => _directory.Dispose();

    private async Task LiveAsync()
    {
        await using BrokerProcess broker = await BrokerProcess.StartAsync(_directory.Path, 0, _arguments);
        await using (BrokerClient client = await BrokerClient.ConnectAsync(broker.EndPoint))
        {
            if (_load.Life == 0)
                await client.CreateTopicAsync(TransactionLoad.Topic, TransactionLoad.Queues);
            _violations.AddRange(TransactionChecker.Check(_load.Attempts, await ReadAsync(client), open: null));
        }

        using var stop = new CancellationTokenSource();
        long killAt = _load.Prepared + _random.Next(1, MostPreparedPerLife);
        var killing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _load.PreparedOne = () =>
        {
            if (_load.Prepared >= killAt)
                killing.TrySetResult();
        };
        Task[] producers = [.. Enumerable.Range(0, Producers).Select(number =>
            _load.RunAsync(broker.EndPoint, number, _random.Next(), stop.Token))];
        Task all = Task.WhenAll(producers);
        if (await Task.WhenAny(killing.Task, all) == all)
            throw new InvalidOperationException($"The producers ended before the kill:\n{broker.Log}", all.Exception);

        await broker.KillAsync();
        await stop.CancelAsync();
        await all;
        _load.Life++;
    }

    /// <summary>Nobody begins anything any more; one producer of the group answers for all.</summary>
    private async Task EndAsync()
    {
        await using BrokerProcess broker = await BrokerProcess.StartAsync(_directory.Path, 0, _arguments);
        await using BrokerClient client = await BrokerClient.ConnectAsync(broker.EndPoint);
        await using TransactionProducer producer = await _load.JoinAsync(broker.EndPoint, "last");
        DateTimeOffset deadline = DateTimeOffset.UtcNow + Patience;
        IReadOnlyList<string> open;
        do
            open = await ListOpenAsync(client);
        while (open.Count > 0 && DateTimeOffset.UtcNow < deadline);

        _violations.AddRange(TransactionChecker.Check(_load.Attempts, await ReadAsync(client), open));
        if (_load.Contradictions > 0)
            _violations.Add(new(ViolationKind.RolledBack, $"{_load.Contradictions} decisions were taken against the first"));
        if (_load.Strangers > 0)
            _violations.Add(new(ViolationKind.Phantom, $"{_load.Strangers} questions were about messages nobody sent"));
    }

    private static async Task<IReadOnlyList<string>> ListOpenAsync(BrokerClient client)
    {
        var open = new List<string>();
        var request = new ListTransactionsRequest(null, null, TransactionLoad.Group, null, 1_000);
        do
        {
            TransactionList page = await new TransactionAdministration(client, Patience).ListAsync(request);
            open.AddRange(page.Transactions.Select(item => $"{item.UniqueKey} ({item.State}, {item.Checks} checks)"));
            request = request with { Cursor = page.Next };
        }
        while (request.Cursor is not null);

        return open;
    }

    private static async Task<IReadOnlyList<string>> ReadAsync(BrokerClient client)
    {
        var ids = new List<string>();
        for (int queueId = 0; queueId < TransactionLoad.Queues; queueId++)
        {
            long offset = 0;
            long end = await client.GetMaxOffsetAsync(TransactionLoad.Topic, queueId);
            while (offset < end)
            {
                PullOutcome pull = await client.PullAsync(new PullRequest(
                    "auditor", TransactionLoad.Topic, queueId, offset) { MaxMessages = MessagesPerPull });
                ids.AddRange(pull.Messages.Select(message => System.Text.Encoding.UTF8.GetString(message.Body.Span)));
                if (pull.NextOffset <= offset)
                    throw new InvalidDataException($"The queue {queueId} ends at {offset}, but says {end}.");
                offset = pull.NextOffset;
            }
        }

        return ids;
    }
}
