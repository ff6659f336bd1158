namespace OrleansMq.Cli.Demo;

/// <summary>
/// What producers sent to a topic and where the broker said it lies. A producer writes to one queue; one thread at a
/// time notes its messages, while others may read.
/// </summary>
internal sealed class Ledger(string topic, int queues, int producers)
{
    private const long Unknown = -1;

    private readonly List<long>[] _offsets = [.. Enumerable.Range(0, producers).Select(_ => new List<long>())];

    /// <summary>The topic.</summary>
    public string Topic => topic;

    /// <summary>The topic's queues.</summary>
    public int Queues => queues;

    /// <summary>The producers.</summary>
    public int Producers => producers;

    /// <summary>Messages that were acknowledged.</summary>
    public long AcknowledgedCount => _offsets.Sum(offsets => offsets.LongCount(offset => offset != Unknown));

    /// <summary>The queue that a producer writes to.</summary>
    public int QueueOf(int producer) => producer % queues;

    /// <summary>Messages that a producer sent.</summary>
    public int CountOf(int producer) => _offsets[producer].Count;

    /// <summary>Notes that a message goes out; returns its number with its producer.</summary>
    public int Send(int producer)
    {
        _offsets[producer].Add(Unknown);
        return _offsets[producer].Count - 1;
    }

    /// <summary>Notes that the broker has a message.</summary>
    public void Acknowledge(int producer, int sequence, long queueOffset) => _offsets[producer][sequence] = queueOffset;

    /// <summary>Where a message lies; null if the broker did not say.</summary>
    public long? OffsetOf(int producer, int sequence) =>
        _offsets[producer][sequence] is var offset && offset == Unknown ? null : offset;

    /// <summary>The offset behind the last acknowledged message of a queue.</summary>
    public long EndOf(int queue) => Enumerable.Range(0, producers).Where(producer => QueueOf(producer) == queue)
        .Select(producer => _offsets[producer].Count == 0 ? 0 : _offsets[producer].Max() + 1).DefaultIfEmpty(0).Max();
}
