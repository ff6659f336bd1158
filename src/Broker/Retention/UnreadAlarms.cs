using Microsoft.Extensions.Logging;
using OrleansMq.Broker.Diagnostics;
using OrleansMq.Broker.Queries;
using OrleansMq.Storage;
using OrleansMq.Storage.ConsumeQueues;
using OrleansMq.Storage.Workers;

namespace OrleansMq.Broker.Retention;

/// <summary>
/// Looks now and then for messages that are about to go before a group has consumed them, and tells operators: once in
/// the log as it begins and as it is over, and whoever asks meanwhile.
/// </summary>
public sealed class UnreadAlarms : IStoreWorker
{
    /// <summary>How full the disk may become before what the next file holds counts as about to go.</summary>
    private const double DiskLead = 0.05;

    private readonly TopicRules _rules;
    private readonly MessageStore _store;
    private readonly MessageQueries _queries;
    private readonly RetentionOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private IReadOnlyList<UnreadMessages> _raised = [];

    internal UnreadAlarms(
        TopicRules rules, MessageStore store, MessageQueries queries, RetentionOptions options, TimeProvider time,
        ILogger logger)
    {
        _rules = rules;
        _store = store;
        _queries = queries;
        _options = options;
        _time = time;
        _logger = logger;
    }

    /// <inheritdoc/>
    public string Name => "omq-unread";

    /// <inheritdoc/>
    public WorkerSignal Signal { get; } = new();

    /// <summary>The alarms as of the last look.</summary>
    public IReadOnlyList<UnreadMessages> Raised => Volatile.Read(ref _raised);

    /// <summary>
    /// Messages deleted since the broker was started before a group had consumed them, counted for each such group.
    /// </summary>
    public long Deleted => _rules.UnreadDeleted;

    /// <inheritdoc/>
    public TimeSpan PumpOnce()
    {
        long now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        bool isFileAtRisk = _store.Options.DiskFullPolicy == DiskFullPolicy.DropOldest
            && _store.DiskUsedRatio > _store.Options.DiskCleanRatio - DiskLead;
        long lostBelow = isFileAtRisk ? _store.Log.OldestFileEnd : 0;
        IReadOnlyList<UnreadMessages> found = UnreadMessages.Of(
            from queue in _rules.Unfinished()
            let keptFor = (long)_rules.TimeOf(queue.Topic.Config).TotalMilliseconds
            select RiskOf(queue.Group.Name, queue.Queue, queue.Next, keptFor, lostBelow, now));
        Report(found);
        Volatile.Write(ref _raised, found);
        return _options.UnreadAlarmInterval;
    }

    private QueueAtRisk RiskOf(
        string group, ConsumeQueue queue, long next, long keptFor, long lostBelow, long now)
    {
        long lead = (long)(keptFor * _options.UnreadAlarmLead);
        long goesAt = _queries.StoreTimeOf(queue, next) + keptFor;
        long staysFrom = goesAt - now <= lead ? queue.FindByTime(now + lead - keptFor) : next;
        if (lostBelow > 0 && queue.FindByPosition(lostBelow) is var first && first > next)
        {
            staysFrom = Math.Max(staysFrom, first);
            goesAt = Math.Min(goesAt, now);
        }

        return new QueueAtRisk(group, queue.Topic, next, next, staysFrom, goesAt);
    }

    private void Report(IReadOnlyList<UnreadMessages> found)
    {
        foreach (UnreadMessages alarm in found.ExceptBy(Raised.Select(KeyOf), KeyOf))
        {
            _logger.UnreadSoonGone(
                alarm.Count, alarm.Topic, alarm.Group,
                DateTimeOffset.FromUnixTimeMilliseconds(alarm.FirstGoesAtMilliseconds));
        }

        foreach (UnreadMessages alarm in Raised.ExceptBy(found.Select(KeyOf), KeyOf))
            _logger.UnreadAlarmOver(alarm.Topic, alarm.Group);
    }

    private static (string, string) KeyOf(UnreadMessages alarm) => (alarm.Group, alarm.Topic);
}
