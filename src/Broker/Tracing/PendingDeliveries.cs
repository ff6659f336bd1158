using System.Runtime.InteropServices;

namespace OrleansMq.Broker.Tracing;

/// <summary>
/// What happened since the last record of the journal was written. Ranges of the same client and queue that touch are
/// one, so that what is kept grows with clients and queues, not with messages. Not thread-safe; a note allocates
/// nothing but now and then a bigger table.
/// </summary>
public sealed class PendingDeliveries
{
    private readonly int _maxRanges;
    private readonly Dictionary<Key, int> _newest = [];
    private readonly List<DeliveryRange> _ranges = [];

    /// <summary>Starts empty.</summary>
    /// <param name="maxRanges">The most ranges to keep.</param>
    public PendingDeliveries(int maxRanges) => _maxRanges = maxRanges;

    /// <summary>The ranges, in the order in which they began.</summary>
    public IReadOnlyList<DeliveryRange> Ranges => _ranges;

    /// <summary>Notes a range; false when there is no room for it.</summary>
    public bool Note(
        DeliveryKind kind, string group, string client, string topic, int queueId, long from, long to,
        long nowMilliseconds)
    {
        var key = new Key(kind, group, client, topic, queueId);
        if (_newest.TryGetValue(key, out int index))
        {
            ref DeliveryRange newest = ref CollectionsMarshal.AsSpan(_ranges)[index];
            if (from <= newest.To && newest.From <= to)
            {
                newest = newest with
                {
                    From = Math.Min(newest.From, from),
                    To = Math.Max(newest.To, to),
                    LastMilliseconds = nowMilliseconds,
                };
                return true;
            }
        }

        if (_ranges.Count >= _maxRanges)
            return false;

        _newest[key] = _ranges.Count;
        _ranges.Add(new DeliveryRange(
            kind, group, client, topic, queueId, from, to, nowMilliseconds, nowMilliseconds));
        return true;
    }

    /// <summary>Takes all ranges away.</summary>
    public DeliveryRange[] TakeAll()
    {
        DeliveryRange[] all = [.. _ranges];
        _ranges.Clear();
        _newest.Clear();
        return all;
    }

    private readonly record struct Key(DeliveryKind Kind, string Group, string Client, string Topic, int QueueId);
}
