using System.Collections.Concurrent;
using System.Net;
using System.Text;
using OrleansMq.Client;
using OrleansMq.Crash.Tests.Histories;
using OrleansMq.TransactionProducers;

namespace OrleansMq.Crash.Tests.Load;

/// <summary>
/// The producers of a group, which know what each of them meant: any of them answers for all, also for those of earlier
/// lives of the broker.
/// </summary>
internal sealed class TransactionLoad
{
    public const string Topic = "crash-transactions";
    public const string Group = "crash-payers";
    public const int Queues = 3;

    /// <summary>Questions that are answered with "not known yet" first.</summary>
    private const int OftenAsked = 2;

    private static readonly TransactionPlan[] Plans = Enum.GetValues<TransactionPlan>();

    private readonly ConcurrentDictionary<string, TransactionAttempt> _attempts = new(StringComparer.Ordinal);
    private long _prepared;
    private int _strangers;
    private int _contradictions;

    /// <summary>Which life of the broker it is.</summary>
    public int Life { get; set; }

    public IReadOnlyCollection<TransactionAttempt> Attempts => [.. _attempts.Values];

    /// <summary>How many half messages were acknowledged.</summary>
    public long Prepared => Interlocked.Read(ref _prepared);

    /// <summary>Questions about messages that nobody sent.</summary>
    public int Strangers => Volatile.Read(ref _strangers);

    /// <summary>Decisions that were taken although the opposite had been acknowledged just before.</summary>
    public int Contradictions => Volatile.Read(ref _contradictions);

    /// <summary>Is called after every half message.</summary>
    public Action PreparedOne { get; set; } = static () => { };

    /// <summary>Joins the group; the producer answers whatever it is asked.</summary>
    public Task<TransactionProducer> JoinAsync(IPEndPoint endPoint, string clientId) =>
        TransactionProducer.ConnectAsync(endPoint, Group, clientId, Answer);

    /// <summary>Begins transactions until the connection ends.</summary>
    public async Task RunAsync(IPEndPoint endPoint, int number, int seed, CancellationToken stop)
    {
        var random = new Random(seed);
        try
        {
            await using TransactionProducer producer = await JoinAsync(endPoint, $"payer-{number}");
            for (int count = 0; !stop.IsCancellationRequested; count++)
                await RunOneAsync(producer, $"{Life}-{number}-{count}", random);
        }
        catch (Exception cause) when (cause is IOException or System.Net.Sockets.SocketException or TimeoutException)
        {
            // The broker was killed; whatever had no answer stays unknown.
        }
    }

    private async Task RunOneAsync(TransactionProducer producer, string id, Random random)
    {
        var attempt = new TransactionAttempt { Id = id, Plan = Plans[random.Next(Plans.Length)] };
        _attempts[id] = attempt;
        SentHalf half = await producer.SendHalfAsync(
            Topic, random.Next(Queues), id, Encoding.UTF8.GetBytes(id), immunitySeconds: random.Next(2));
        attempt.IsPrepared = true;
        Interlocked.Increment(ref _prepared);
        PreparedOne();
        if (attempt.Plan is not (TransactionPlan.Commit or TransactionPlan.Rollback))
            return;

        await producer.EndAsync(half, attempt.IsCommit ? TransactionProducer.Commit : TransactionProducer.Rollback);
        attempt.EndedInLife = Life;

        // Whoever is not sure says it again; and somebody may say the opposite by mistake.
        if (random.Next(4) == 0)
            await producer.EndAsync(half, attempt.IsCommit ? TransactionProducer.Commit : TransactionProducer.Rollback);
        if (random.Next(4) == 0)
            await ContradictAsync(producer, half, attempt);
    }

    private async Task ContradictAsync(TransactionProducer producer, SentHalf half, TransactionAttempt attempt)
    {
        try
        {
            await producer.EndAsync(half, attempt.IsCommit ? TransactionProducer.Rollback : TransactionProducer.Commit);
            Interlocked.Increment(ref _contradictions);
        }
        catch (RemotingException)
        {
            // As it should be.
        }
    }

    private int Answer(string id)
    {
        if (!_attempts.TryGetValue(id, out TransactionAttempt? attempt))
        {
            Interlocked.Increment(ref _strangers);
            return TransactionProducer.Unknown;
        }

        int number = attempt.Ask(Life);
        if (attempt.Plan == TransactionPlan.CommitWhenAskedOften && number <= OftenAsked)
            return TransactionProducer.Unknown;
        return attempt.IsCommit ? TransactionProducer.Commit : TransactionProducer.Rollback;
    }
}
