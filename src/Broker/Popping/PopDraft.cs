namespace OrleansMq.Broker.Popping;

/// <summary>What a pop does with a message that it comes to.</summary>
public enum PopDecision
{
    /// <summary>It is handed out.</summary>
    Take,

    /// <summary>It waits for an earlier one of its message group.</summary>
    PassOver,

    /// <summary>A limit is reached: it is not looked at, nor is any behind it.</summary>
    Stop,
}

/// <summary>
/// A pop on its way through one queue: decides message by message, and in the end says what changes. Not thread-safe.
/// </summary>
public sealed class PopDraft
{
    private readonly PopQueue _queue;
    private readonly PopOptions _options;
    private readonly bool _isOrdered;
    private readonly SortedDictionary<long, PopEntry> _entries = [];
    private readonly HashSet<uint> _takenGroups = [];
    private readonly long _nowMilliseconds;
    private readonly long _visibleAt;
    private int _inFlight;
    private int _passedOver;
    private long _cursor;
    private long _decidedUntil;

    /// <summary>Begins.</summary>
    /// <param name="queue">The queue; must not change until the batch is applied.</param>
    /// <param name="options">The limits.</param>
    /// <param name="isOrdered">Whether a message must wait for all earlier ones of its message group.</param>
    /// <param name="nowMilliseconds">The time.</param>
    /// <param name="invisibleMilliseconds">For how long what is taken is not handed out again.</param>
    public PopDraft(
        PopQueue queue, PopOptions options, bool isOrdered, long nowMilliseconds, long invisibleMilliseconds)
    {
        _queue = queue;
        _options = options;
        _isOrdered = isOrdered;
        _nowMilliseconds = nowMilliseconds;
        _visibleAt = nowMilliseconds + invisibleMilliseconds;
        _inFlight = queue.InFlight;
        _passedOver = queue.PassedOver;
        _cursor = queue.Cursor;
        _decidedUntil = queue.Cursor;
    }

    /// <summary>How many messages are handed out.</summary>
    public int Taken { get; private set; }

    /// <summary>Hands an unfinished message out, again or for the first time; returns which attempt it is.</summary>
    public int TakeAgain(PopEntry entry)
    {
        if (!entry.IsHandedOut)
        {
            _inFlight++;
            _passedOver--;
        }

        return Take(entry);
    }

    /// <summary>Whether an unfinished message may be handed out, or must wait for others to end.</summary>
    public bool HasRoomFor(PopEntry entry) => entry.IsHandedOut || _inFlight < _options.MaxInFlightPerQueue;

    /// <summary>Decides about a message at or above the cursor, the next one in order.</summary>
    public PopDecision Decide(long offset, uint messageGroup)
    {
        bool isBlocked = _isOrdered && (_queue.IsBlocked(messageGroup) || _takenGroups.Contains(messageGroup));
        if (isBlocked ? _passedOver >= _options.MaxLookAhead : _inFlight >= _options.MaxInFlightPerQueue)
            return PopDecision.Stop;

        _cursor = offset + 1;
        if (isBlocked)
        {
            _passedOver++;
            _entries[offset] = new PopEntry(offset, messageGroup, 0, 0, 0);
            return PopDecision.PassOver;
        }

        _inFlight++;
        _decidedUntil = _cursor;
        Take(new PopEntry(offset, messageGroup, 0, 0, 0));
        return PopDecision.Take;
    }

    /// <summary>Passes a message at or above the cursor that the group does not want: it is done.</summary>
    public void Skip(long offset)
    {
        _cursor = offset + 1;
        _decidedUntil = _cursor;
    }

    /// <summary>
    /// What changes; null when nothing was taken: then only the messages before the first that waits are passed, which
    /// need not be remembered.
    /// </summary>
    public PopBatch? Complete()
    {
        // What waits behind the last one taken is looked at again by the next pop.
        if (Taken > 0)
        {
            return new PopBatch(
                _decidedUntil, _nowMilliseconds, _visibleAt,
                [.. _entries.Values.Where(entry => entry.Offset < _decidedUntil)]);
        }

        _queue.SkipTo(_entries.Count == 0 ? _cursor : _entries.First().Key);
        return null;
    }

    private int Take(PopEntry entry)
    {
        Taken++;
        _takenGroups.Add(entry.MessageGroup);
        _entries[entry.Offset] = entry with
        {
            Attempt = entry.Attempt + 1,
            PoppedAt = _nowMilliseconds,
            VisibleAt = _visibleAt,
        };
        return entry.Attempt + 1;
    }
}
