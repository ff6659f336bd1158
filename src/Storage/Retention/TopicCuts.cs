using OrleansMq.Storage.ConsumeQueues;
using OrleansMq.Storage.Files;

namespace OrleansMq.Storage.Retention;

/// <summary>
/// Cuts the queues of topics that are kept otherwise than the store says: messages below a queue's new minimum are not
/// read any more, while their bytes go with the log's file. The minimum is on disk before it takes effect, so that it
/// never goes back.
/// </summary>
internal sealed class TopicCuts(ConsumeQueueTable queues, StoreOptions options)
{
    /// <summary>Entries counted in one step, some milliseconds' worth.</summary>
    private const int EntriesPerStep = 500_000;

    private readonly Dictionary<string, TopicSize> _sizes = new(StringComparer.Ordinal);

    /// <summary>The first message that is wanted longer than the store keeps records.</summary>
    public long WantedFrom { get; private set; }

    /// <summary>
    /// Cuts what the rules do not keep. False when there was not enough time to count all bytes, or no space to note
    /// the cuts: then the rest is for the next step.
    /// </summary>
    public bool Step(IRetentionRules rules, long nowMilliseconds)
    {
        IReadOnlyList<TopicRetention> topics = rules.Topics;
        IEnumerable<string> limited = from topic in topics where topic.Bytes is not null select topic.Topic;
        foreach (string topic in _sizes.Keys.Except(limited))
            _sizes.Remove(topic);

        int budget = EntriesPerStep;
        var cuts = new List<QueueCut>();
        foreach (TopicRetention topic in topics)
        {
            ConsumeQueue[] ofTopic = [.. queues.QueuesOf(topic.Topic)];
            if (topic.Time is { } time)
                CutByTime(topic, ofTopic, nowMilliseconds - (long)time.TotalMilliseconds, cuts);
            if (topic.Bytes is { } bytes)
                CutByBytes(topic.Topic, ofTopic, bytes, cuts, ref budget);
        }

        bool isDone = TryCut(rules, cuts) && budget > 0;
        WantedFrom = (from topic in topics
                      where topic.Time > options.Retention
                      from queue in queues.QueuesOf(topic.Topic)
                      select FirstPositionOf(queue)).Append(long.MaxValue).Min();
        return isDone;
    }

    /// <summary>Told before entries of records below a position are deleted.</summary>
    public void DropBelow(long position)
    {
        foreach (TopicSize size in _sizes.Values)
            size.DropBelow(position);
    }

    private static void CutByTime(
        TopicRetention topic, ConsumeQueue[] queues, long expiry, List<QueueCut> cuts)
    {
        foreach (ConsumeQueue queue in queues)
        {
            long min = queue.GetMinOffset();
            if (min >= queue.MaxOffset || queue.StoreTimestampAt(min) >= expiry)
                continue;

            long first = queue.FindByTime(expiry);
            if (first > min)
                cuts.Add(new QueueCut(topic.Topic, queue.QueueId, first, $"older than {topic.Time}"));
        }
    }

    private void CutByBytes(
        string topic, ConsumeQueue[] queues, long maxBytes, List<QueueCut> cuts, ref int budget)
    {
        if (!_sizes.TryGetValue(topic, out TopicSize? size))
            _sizes.Add(topic, size = new TopicSize());
        budget = size.Update(queues, budget);
        if (budget == 0)
            return;

        foreach ((ConsumeQueue queue, long minOffset) in size.CutTo(maxBytes))
            cuts.Add(new QueueCut(topic, queue.QueueId, minOffset, $"beyond {maxBytes:N0} bytes of the topic"));
    }

    private bool TryCut(IRetentionRules rules, List<QueueCut> cuts)
    {
        if (cuts.Count == 0)
            return true;

        try
        {
            queues.Cut(cuts, () => rules.BeforeDelete(cuts));
            return true;
        }
        catch (StoreIOException cause) when (cause.IsDiskFull)
        {
            // Counted sizes lie above what is kept now, and are counted anew.
            _sizes.Clear();
            return false;
        }
    }

    private static long FirstPositionOf(ConsumeQueue queue)
    {
        Span<ConsumeQueueEntry> first = stackalloc ConsumeQueueEntry[1];
        return queue.Read(queue.GetMinOffset(), first) == 1 ? first[0].PhysicalOffset : long.MaxValue;
    }
}
