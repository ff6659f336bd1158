using System.Globalization;

namespace OrleansMq.Storage.ConsumeQueues;

/// <summary>The queues of one topic by number. Thread-safe; reading takes no lock.</summary>
internal sealed class TopicQueues(ConsumeQueueTable table, string topic, string directory)
{
    /// <summary>A bound on what a bad request can make the array grow to.</summary>
    public const int MaxQueues = 65_536;

    private readonly Lock _lock = new();
    private ConsumeQueue?[] _queues = [];

    public IEnumerable<ConsumeQueue> Opened => Volatile.Read(ref _queues).OfType<ConsumeQueue>();

    public ConsumeQueue Get(int queueId)
    {
        ConsumeQueue?[] queues = Volatile.Read(ref _queues);
        return (uint)queueId < (uint)queues.Length && Volatile.Read(ref queues[queueId]) is { } queue
            ? queue
            : Open(queueId);
    }

    private ConsumeQueue Open(int queueId)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(queueId);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(queueId, MaxQueues);
        lock (_lock)
        {
            if (queueId >= _queues.Length)
            {
                int length = Math.Max(queueId + 1, Math.Min(MaxQueues, _queues.Length * 2));
                var grown = new ConsumeQueue?[length];
                _queues.CopyTo(grown, 0);
                Volatile.Write(ref _queues, grown);
            }

            ref ConsumeQueue? slot = ref _queues[queueId];
            slot ??= new ConsumeQueue(
                table, topic, queueId, Path.Combine(directory, queueId.ToString(CultureInfo.InvariantCulture)));
            return slot;
        }
    }
}
