using System.Collections.Concurrent;

namespace OrleansMq.Client.Producing;

/// <summary>
/// Which brokers are better left alone for now: those that failed, and those that took long for an answer, the longer
/// the slower they were. Thread-safe. RocketMQ: MQFaultStrategy, whose figures these are.
/// </summary>
internal sealed class BrokerHealth(TimeProvider time)
{
    private static readonly (TimeSpan Latency, TimeSpan Avoided)[] Steps =
    [
        (TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(180)),
        (TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(120)),
        (TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(60)),
        (TimeSpan.FromSeconds(1.8), TimeSpan.FromSeconds(30)),
        (TimeSpan.FromSeconds(0.55), TimeSpan.FromSeconds(20)),
    ];

    /// <summary>
    /// One failure says little: the broker is tried again soon, and each further one doubles the time.
    /// </summary>
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestAfterFailure = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, State> _brokers = new(StringComparer.Ordinal);

    /// <summary>Whether a broker is better left alone.</summary>
    public bool IsAvoided(string brokerName) =>
        _brokers.TryGetValue(brokerName, out State state) && state.AvoidedUntil > time.GetTimestamp();

    /// <summary>A broker answered.</summary>
    public void Answered(string brokerName, TimeSpan latency)
    {
        foreach ((TimeSpan from, TimeSpan avoided) in Steps)
        {
            if (latency < from)
                continue;
            _brokers[brokerName] = new State(FromNow(avoided), 0);
            return;
        }

        if (!_brokers.IsEmpty)
            _brokers.TryRemove(brokerName, out _);
    }

    /// <summary>A broker failed, refused for its own reasons, or could not be reached.</summary>
    public void Failed(string brokerName) => _brokers.AddOrUpdate(
        brokerName,
        static (_, health) => new State(health.FromNow(AfterFailure), 1),
        static (_, state, health) => new State(health.FromNow(Grown(state.Failures)), state.Failures + 1),
        this);

    private static TimeSpan Grown(int failures)
    {
        TimeSpan time = AfterFailure * Math.Pow(2, Math.Min(failures, 10));
        return time < LongestAfterFailure ? time : LongestAfterFailure;
    }

    private long FromNow(TimeSpan duration) =>
        time.GetTimestamp() + (long)(duration.TotalSeconds * time.TimestampFrequency);

    private readonly record struct State(long AvoidedUntil, int Failures);
}
