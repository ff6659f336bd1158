using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace OrleansMq.Crash.Tests.Histories;

/// <summary>Everything that was sent during a run. Thread-safe.</summary>
public sealed class History
{
    private readonly ConcurrentQueue<SendAttempt> _attempts = new();
    private long _clock;
    private long _acknowledged;

    public IReadOnlyCollection<SendAttempt> Attempts => _attempts;

    /// <summary>How many attempts were acknowledged.</summary>
    public long Acknowledged => Interlocked.Read(ref _acknowledged);

    public static ulong HashOf(ReadOnlySpan<byte> body) => BitConverter.ToUInt64(SHA256.HashData(body));

    /// <summary>To be called before the message is handed to the client.</summary>
    public SendAttempt Start(string id, string topic, int queueId, ReadOnlySpan<byte> body, DateTimeOffset? due)
    {
        var attempt = new SendAttempt
        {
            Id = id, Topic = topic, QueueId = queueId, BodyHash = HashOf(body), Due = due, StartedAt = Interlocked.Increment(ref _clock),
        };
        _attempts.Enqueue(attempt);
        return attempt;
    }

    /// <summary>To be called once the answer has come.</summary>
    public void Acknowledge(SendAttempt attempt, long offset)
    {
        attempt.Offset = offset;
        attempt.AnsweredAt = Interlocked.Increment(ref _clock);
        Interlocked.Increment(ref _acknowledged);
    }
}
