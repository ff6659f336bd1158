using System.Diagnostics.CodeAnalysis;
using OrleansMq.Broker.Popping;
using OrleansMq.Storage.ConsumeQueues;
using OrleansMq.Storage.Reading;

namespace OrleansMq.Broker.Statistics;

/// <summary>
/// What the broker counts, from its start on: by topic, by group and topic, and altogether. The shell around
/// <see cref="FlowHistory"/>, <see cref="RateHistory"/>, <see cref="LatencyDistribution"/> and
/// <see cref="DailyTotals"/>. Thread-safe; counting takes no lock and allocates nothing per message.
/// </summary>
public sealed class BrokerStatistics
{
    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly string _clusterName;
    private readonly long _startedAt;
    private readonly FlowTable<string> _broker;
    private readonly FlowTable<string> _topics;
    private readonly FlowTable<TopicGroup> _groups;
    private readonly FlowTable<TopicGroup> _sendBacks;
    private readonly Flow _found;
    private readonly Flow _missed = new();
    private readonly RateHistory _putRates = new(0);
    private readonly RateHistory _foundRates = new(0);
    private readonly RateHistory _missedRates = new(0);
    private readonly RateHistory _givenRates = new(0);
    private readonly DailyTotals _days;
    private long _failedPuts;
    private long _longestGet;

    internal BrokerStatistics(StatisticsOptions options, string clusterName, TimeProvider time)
    {
        _time = time;
        _clusterName = clusterName;
        _startedAt = time.GetTimestamp();
        StartedAtMilliseconds = time.GetUtcNow().ToUnixTimeMilliseconds();
        _broker = new FlowTable<string>(int.MaxValue, 0, keepsIdle: true);
        _topics = new FlowTable<string>(options.MaxItems, 0, TopicKeyComparer.Instance);
        _groups = new FlowTable<TopicGroup>(options.MaxItems, 0);
        _sendBacks = new FlowTable<TopicGroup>(options.MaxItems, 0);
        _found = _broker.FindOrAdd(StatisticsName.BrokerGetCount)!;
        _days = new DailyTotals(Today);
        Arrivals = new ArrivalCounter(
            _topics, _broker.FindOrAdd(StatisticsName.BrokerPutCount)!, _broker.FindOrAdd(nameof(TimersIn))!,
            _broker.FindOrAdd(nameof(TimersOut))!);
    }

    /// <summary>When the broker started, Unix milliseconds.</summary>
    public long StartedAtMilliseconds { get; }

    /// <summary>How long it has been running.</summary>
    public TimeSpan Running => _time.GetElapsedTime(_startedAt);

    /// <summary>Messages stored, in whatever topic.</summary>
    public FlowTotals Puts => Arrivals.All.Totals;

    /// <summary>Messages given to consumers.</summary>
    public FlowTotals Gets => _found.Totals;

    /// <summary>Sends that were refused.</summary>
    public long FailedPuts => Volatile.Read(ref _failedPuts);

    /// <summary>How long storing took, by send.</summary>
    public LatencyDistribution PutLatency { get; } = new(0);

    /// <summary>The longest that reading for a pull took, in microseconds.</summary>
    public long LongestGetMicroseconds => Volatile.Read(ref _longestGet);

    /// <summary>Messages that began to wait for their time, per second in the last minute.</summary>
    public double TimersIn => _broker.MessagesPerSecond(nameof(TimersIn), Now);

    /// <summary>Messages whose time came, per second in the last minute.</summary>
    public double TimersOut => _broker.MessagesPerSecond(nameof(TimersOut), Now);

    /// <summary>Counts what the log took in.</summary>
    internal ArrivalCounter Arrivals { get; }

    private long Now => (long)_time.GetElapsedTime(_startedAt).TotalMilliseconds;

    private DateOnly Today => DateOnly.FromDateTime(_time.GetLocalNow().DateTime);

    /// <summary>Messages per second that a group got of a topic in the last minute.</summary>
    public double ConsumedPerSecond(string topic, string group) =>
        _groups.MessagesPerSecond(new TopicGroup(topic, group), Now);

    /// <summary>Up to where a queue's messages were given to a group since the start; 0 when none were.</summary>
    public long GivenUntil(string topic, string group, int queueId) =>
        _groups.Find(new TopicGroup(topic, group))?.GivenUntil(queueId) ?? 0;

    /// <summary>What was counted under a name and key; false with the problem when nothing was.</summary>
    public bool TryRead(
        string name, string key, out StatisticsReading reading, [NotNullWhen(false)] out string? problem)
    {
        reading = default;
        bool isKnown = StatisticsName.All.Contains(name);
        if (isKnown && Find(name, key) is { } found)
        {
            reading = found;
            problem = null;
            return true;
        }

        problem = isKnown
            ? $"Nothing was counted as {name} of '{key}' lately."
            : $"There are no statistics '{name}'; there are {string.Join(", ", StatisticsName.All)}.";
        return false;
    }

    /// <summary>Rates of the last 10, 60 and 600 seconds.</summary>
    public BrokerRates ReadRates()
    {
        lock (_lock)
        {
            long now = Now;
            return new BrokerRates(
                _putRates.ToText(Puts.Messages, now), _foundRates.ToText(_found.Totals.Calls, now),
                _missedRates.ToText(_missed.Totals.Calls, now), _givenRates.ToText(_found.Totals.Messages, now),
                AllGets(now));
        }
    }

    /// <summary>What had been counted as this day and the one before began.</summary>
    public (DayTotals YesterdayMorning, DayTotals ThisMorning) ReadDays()
    {
        lock (_lock)
            return (_days.YesterdayMorning, _days.ThisMorning);
    }

    /// <summary>A time to hand back once something is over.</summary>
    internal long Begin() => _time.GetTimestamp();

    /// <summary>Counts a send.</summary>
    internal void CountPut(long begun, bool isStored)
    {
        if (isStored)
            PutLatency.Add(MicrosecondsSince(begun));
        else
            Interlocked.Increment(ref _failedPuts);
    }

    /// <summary>Counts a read for a consumer; without a group in the totals only.</summary>
    internal void CountGet(ConsumeQueue queue, string? group, ReadResult result, long bytes, long begun)
    {
        if (result.Count == 0)
            CountMiss();
        else
            CountGet(group, queue.Topic, queue.QueueId, result.Count, bytes, result.NextOffset, begun);
    }

    /// <summary>Counts messages of one queue that a pop handed out.</summary>
    internal void CountPop(PopKey key, int count, long bytes, long cursor, long begun) =>
        CountGet(key.Group, key.Topic, key.QueueId, count, bytes, cursor, begun);

    /// <summary>Counts a read or a pop that found nothing.</summary>
    internal void CountMiss() => _missed.Add(0, 0, 0);

    /// <summary>Counts a message that a group sent back.</summary>
    internal void CountSendBack(string topic, string group) =>
        _sendBacks.FindOrAdd(new TopicGroup(topic, group))?.Add(1, 0, 0);

    /// <summary>Notes what was counted, for all windows that are due. Called every second.</summary>
    internal void Sample()
    {
        long now = Now;
        _broker.Sample(now);
        _topics.Sample(now);
        _groups.Sample(now);
        _sendBacks.Sample(now);
        PutLatency.Sample(now);
        lock (_lock)
        {
            _putRates.Note(Puts.Messages, now);
            _foundRates.Note(_found.Totals.Calls, now);
            _missedRates.Note(_missed.Totals.Calls, now);
            _givenRates.Note(_found.Totals.Messages, now);
            _days.Note(Today, new DayTotals(Puts.Messages, Gets.Messages));
        }
    }

    private void CountGet(
        string? group, string topic, int queueId, int count, long bytes, long nextOffset, long begun)
    {
        long microseconds = MicrosecondsSince(begun);
        _found.Add(count, bytes, microseconds);
        for (long longest = LongestGetMicroseconds; microseconds > longest;)
            longest = Math.Max(Interlocked.CompareExchange(ref _longestGet, microseconds, longest), longest);
        if (group is null || _groups.FindOrAdd(new TopicGroup(topic, group)) is not { } flow)
            return;

        flow.Add(count, bytes, microseconds);
        flow.Give(queueId, nextOffset);
    }

    private string AllGets(long now)
    {
        double Rate(int seconds) => _foundRates.PerSecond(_found.Totals.Calls, seconds, now)
            + _missedRates.PerSecond(_missed.Totals.Calls, seconds, now);

        return FormattableString.Invariant($"{Rate(10):0.####} {Rate(60):0.####} {Rate(600):0.####}");
    }

    private StatisticsReading? Find(string name, string key) => name switch
    {
        StatisticsName.TopicPutCount => Read(_topics, key, totals => totals.Messages),
        StatisticsName.TopicPutSize => Read(_topics, key, totals => totals.Bytes),
        StatisticsName.BrokerPutCount or StatisticsName.BrokerGetCount when key == _clusterName =>
            Read(_broker, name, totals => totals.Messages, hasCalls: false),
        _ => TopicGroup.TryParse(key, out TopicGroup? pair) ? Find(name, pair.Value) : null,
    };

    private StatisticsReading? Find(string name, TopicGroup key) => name switch
    {
        StatisticsName.GroupGetCount => Read(_groups, key, totals => totals.Messages),
        StatisticsName.GroupGetSize => Read(_groups, key, totals => totals.Bytes),
        StatisticsName.GroupGetLatency => Read(_groups, key, totals => totals.Microseconds, unit: 1_000),
        StatisticsName.SendBackCount => Read(_sendBacks, key, totals => totals.Messages),
        _ => null,
    };

    private StatisticsReading? Read<TKey>(
        FlowTable<TKey> table, TKey key, Func<FlowTotals, long> part, double unit = 1, bool hasCalls = true)
        where TKey : notnull =>
        table.TryRead(key, Now, out FlowReading? reading)
            ? new StatisticsReading(
                WindowReading.Of(reading.Value.Minute, part, unit, hasCalls),
                WindowReading.Of(reading.Value.Hour, part, unit, hasCalls),
                WindowReading.Of(reading.Value.Day, part, unit, hasCalls))
            : null;

    private long MicrosecondsSince(long begun) =>
        _time.GetElapsedTime(begun).Ticks / TimeSpan.TicksPerMicrosecond;
}

/// <summary>Rates of the whole broker in the last 10, 60 and 600 seconds, separated by blanks.</summary>
/// <param name="Puts">Messages stored.</param>
/// <param name="GetsFound">Reads that found messages.</param>
/// <param name="GetsMissed">Reads that found none.</param>
/// <param name="Given">Messages given to consumers.</param>
/// <param name="Gets">Reads, whatever they found.</param>
public readonly record struct BrokerRates(
    string Puts, string GetsFound, string GetsMissed, string Given, string Gets);
