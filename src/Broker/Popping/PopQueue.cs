namespace OrleansMq.Broker.Popping;

/// <summary>
/// How far a group has come in one queue when its messages are acknowledged one by one: a cursor that only moves on,
/// and below it the messages that are not finished. All others below the cursor are done, so that done messages take no
/// memory, however old the oldest unfinished one is. Not thread-safe; time comes in.
/// </summary>
public sealed class PopQueue
{
    private readonly Dictionary<long, PopEntry> _entries = [];
    private readonly SortedSet<long> _offsets = [];
    private readonly SortedSet<long> _passedOver = [];
    private readonly SortedSet<(long VisibleAt, long Offset)> _handedOut = [];
    private readonly Dictionary<uint, int> _messageGroups = [];

    /// <summary>Starts with nothing handed out.</summary>
    public PopQueue(long cursor, long resetAt)
    {
        Cursor = cursor;
        ResetAt = resetAt;
    }

    /// <summary>The next offset to look at: none at or above it was handed out or passed over.</summary>
    public long Cursor { get; private set; }

    /// <summary>All below is done: what the group has committed.</summary>
    public long Floor => _offsets.Count > 0 ? _offsets.Min : Cursor;

    /// <summary>When an operator set the offset last, Unix milliseconds; earlier receipts are worth nothing.</summary>
    public long ResetAt { get; private set; }

    /// <summary>How many messages are handed out and not finished.</summary>
    public int InFlight => _handedOut.Count;

    /// <summary>How many messages wait below the cursor for earlier ones of their message group.</summary>
    public int PassedOver => _passedOver.Count;

    /// <summary>From when on a message may be handed out again, Unix milliseconds; null when none is out.</summary>
    public long? NextVisible => _handedOut.Count > 0 ? _handedOut.Min.VisibleAt : null;

    /// <summary>What is not finished, by offset.</summary>
    public IEnumerable<PopEntry> Entries => _offsets.Select(offset => _entries[offset]);

    /// <summary>One that is not finished, or null.</summary>
    public PopEntry? Find(long offset) => _entries.TryGetValue(offset, out PopEntry entry) ? entry : null;

    /// <summary>Takes in an entry as it was saved.</summary>
    public void Restore(PopEntry entry) => Set(entry);

    /// <summary>What of the unfinished messages may be handed out now, in the order in which to do so.</summary>
    /// <param name="nowMilliseconds">The time.</param>
    /// <param name="maxCount">The most wanted.</param>
    /// <param name="isOrdered">Whether a message must wait for all earlier ones of its message group.</param>
    public IReadOnlyList<PopEntry> Available(long nowMilliseconds, int maxCount, bool isOrdered)
    {
        if (_offsets.Count == 0 || (_passedOver.Count == 0 && NextVisible > nowMilliseconds))
            return [];

        return isOrdered
            ? [.. FirstOfEachGroup().Where(entry => entry.IsVisible(nowMilliseconds)).Take(maxCount)]
            : [.. Visible(nowMilliseconds).Take(maxCount)];
    }

    /// <summary>Whether a message of a group must wait, because an earlier one is not finished.</summary>
    public bool IsBlocked(uint messageGroup) => _messageGroups.ContainsKey(messageGroup);

    /// <summary>Takes in what was handed out.</summary>
    public void Apply(PopBatch batch)
    {
        foreach (PopEntry entry in batch.Entries)
            Set(entry);
        SkipTo(batch.Cursor);
    }

    /// <summary>Takes in that nobody wants the messages from the cursor up to an offset.</summary>
    public void SkipTo(long offset) => Cursor = Math.Max(Cursor, offset);

    /// <summary>What a receipt is worth.</summary>
    /// <param name="offset">The message.</param>
    /// <param name="receipt">The <see cref="PopEntry.PoppedAt"/> of the delivery.</param>
    public ReceiptStatus Check(long offset, long receipt)
    {
        bool isOpen = _entries.TryGetValue(offset, out PopEntry entry);
        if (isOpen && entry.IsHandedOut && entry.PoppedAt == receipt)
            return ReceiptStatus.Current;
        if (receipt <= ResetAt)
            return ReceiptStatus.BeforeReset;
        if (offset < 0 || offset >= Cursor)
            return ReceiptStatus.Unknown;
        if (!isOpen)
            return ReceiptStatus.Finished;
        return entry.IsHandedOut && receipt < entry.PoppedAt ? ReceiptStatus.Earlier : ReceiptStatus.Unknown;
    }

    /// <summary>Takes in that a message is finished; whether it was not before.</summary>
    public bool Finish(long offset)
    {
        if (!_entries.Remove(offset, out PopEntry entry))
            return false;

        _offsets.Remove(offset);
        Unlink(entry);
        return true;
    }

    /// <summary>Takes in when a message that is handed out may be handed out again.</summary>
    public void Change(long offset, long visibleAt)
    {
        if (_entries.TryGetValue(offset, out PopEntry entry) && entry.IsHandedOut)
            Set(entry with { VisibleAt = visibleAt });
    }

    /// <summary>Takes in that all messages below an offset are done, by whatever means, or gone.</summary>
    public void FinishBelow(long offset)
    {
        while (_offsets.Count > 0 && _offsets.Min < offset)
            Finish(_offsets.Min);
        SkipTo(offset);
    }

    /// <summary>
    /// Begins anew at an offset: nothing is handed out any more, and what was is worth nothing.
    /// </summary>
    public void Reset(long offset, long atMilliseconds)
    {
        Clear();
        Cursor = offset;
        ResetAt = Math.Max(ResetAt, atMilliseconds);
    }

    /// <summary>Forgets what stands at and above an offset, which the queue does not have.</summary>
    /// <returns>Whether there was anything.</returns>
    public bool CutAt(long end)
    {
        if (Cursor <= end)
            return false;

        while (_offsets.Count > 0 && _offsets.Max >= end)
            Finish(_offsets.Max);
        Cursor = end;
        return true;
    }

    private void Clear()
    {
        _entries.Clear();
        _offsets.Clear();
        _passedOver.Clear();
        _handedOut.Clear();
        _messageGroups.Clear();
    }

    private IEnumerable<PopEntry> Visible(long nowMilliseconds)
    {
        foreach (long offset in _passedOver)
            yield return _entries[offset];
        foreach ((long visibleAt, long offset) in _handedOut)
        {
            if (visibleAt > nowMilliseconds)
                yield break;
            if (_entries[offset].IsVisible(nowMilliseconds))
                yield return _entries[offset];
        }
    }

    private IEnumerable<PopEntry> FirstOfEachGroup()
    {
        var seen = new HashSet<uint>();
        foreach (long offset in _offsets)
        {
            if (seen.Add(_entries[offset].MessageGroup))
                yield return _entries[offset];
        }
    }

    private void Set(PopEntry entry)
    {
        if (_entries.TryGetValue(entry.Offset, out PopEntry before))
            Unlink(before);
        else
            _offsets.Add(entry.Offset);
        _entries[entry.Offset] = entry;
        _messageGroups[entry.MessageGroup] = _messageGroups.GetValueOrDefault(entry.MessageGroup) + 1;
        if (entry.IsHandedOut)
            _handedOut.Add((entry.VisibleAt, entry.Offset));
        else
            _passedOver.Add(entry.Offset);
    }

    private void Unlink(PopEntry entry)
    {
        if (entry.IsHandedOut)
            _handedOut.Remove((entry.VisibleAt, entry.Offset));
        else
            _passedOver.Remove(entry.Offset);
        int left = _messageGroups[entry.MessageGroup] - 1;
        if (left > 0)
            _messageGroups[entry.MessageGroup] = left;
        else
            _messageGroups.Remove(entry.MessageGroup);
    }
}
