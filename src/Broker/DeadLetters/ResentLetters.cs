namespace OrleansMq.Broker.DeadLetters;

/// <summary>What becomes of the wish to send a dead letter again.</summary>
public enum ResendClaim
{
    /// <summary>The caller sends it, and nobody else until it says how that went.</summary>
    Claimed,

    /// <summary>It was sent before.</summary>
    AlreadySent,

    /// <summary>Somebody is sending it just now.</summary>
    BeingSent,

    /// <summary>No more can be remembered.</summary>
    Full,
}

/// <summary>A dead letter that was sent again.</summary>
/// <param name="PhysicalOffset">Where the dead letter stands.</param>
/// <param name="LastCopy">Where the newest message stands that was made from it.</param>
/// <param name="AtMilliseconds">When that was stored, Unix milliseconds.</param>
/// <param name="Count">How often it was sent again.</param>
public readonly record struct ResentLetter(long PhysicalOffset, long LastCopy, long AtMilliseconds, int Count);

/// <summary>
/// Which dead letters were sent again: an index over the messages that name the dead letter they were made from.
/// Not thread-safe.
/// </summary>
public sealed class ResentLetters
{
    private readonly Dictionary<long, ResentLetter> _letters = [];
    private readonly HashSet<long> _claimed = [];
    private readonly int _maxCount;
    private long _keptFrom;

    /// <summary>Starts empty.</summary>
    public ResentLetters(DeadLetterOptions options) => _maxCount = options.MaxRemembered;

    /// <summary>How many dead letters were sent again.</summary>
    public int Count => _letters.Count;

    /// <summary>All of them, in no order.</summary>
    public IReadOnlyCollection<ResentLetter> All => _letters.Values;

    /// <summary>How one was sent again, or null.</summary>
    public ResentLetter? Find(long physicalOffset) =>
        _letters.TryGetValue(physicalOffset, out ResentLetter letter) ? letter : null;

    /// <summary>Asks to send one again; a claim ends with <see cref="Sent"/> or <see cref="GiveUp"/>.</summary>
    /// <param name="physicalOffset">Where the dead letter stands.</param>
    /// <param name="isForced">Whether it may be sent although it was sent before.</param>
    public ResendClaim Claim(long physicalOffset, bool isForced)
    {
        ResendClaim claim = Peek(physicalOffset, isForced, []);
        if (claim == ResendClaim.Claimed)
            _claimed.Add(physicalOffset);
        return claim;
    }

    /// <summary>What <see cref="Claim"/> would say if others had been claimed before; claims nothing.</summary>
    /// <param name="physicalOffset">Where the dead letter stands.</param>
    /// <param name="isForced">Whether it may be sent although it was sent before.</param>
    /// <param name="others">Where the others stand.</param>
    public ResendClaim Peek(long physicalOffset, bool isForced, HashSet<long> others)
    {
        bool wasSent = _letters.ContainsKey(physicalOffset);
        if (_claimed.Contains(physicalOffset) || others.Contains(physicalOffset))
            return ResendClaim.BeingSent;
        if (wasSent && !isForced)
            return ResendClaim.AlreadySent;
        return !wasSent && _letters.Count + _claimed.Count + others.Count >= _maxCount
            ? ResendClaim.Full
            : ResendClaim.Claimed;
    }

    /// <summary>The copy could not be stored.</summary>
    public void GiveUp(long physicalOffset) => _claimed.Remove(physicalOffset);

    /// <summary>
    /// A message that was made from a dead letter is in the log. What comes twice, as the log is read again, changes
    /// nothing. The log is believed beyond the limit.
    /// </summary>
    /// <returns>Whether something changed.</returns>
    public bool Sent(long physicalOffset, long copy, long atMilliseconds)
    {
        _claimed.Remove(physicalOffset);
        ResentLetter before = _letters.GetValueOrDefault(physicalOffset, new ResentLetter(physicalOffset, -1, 0, 0));
        if (copy <= before.LastCopy || physicalOffset < _keptFrom)
            return false;

        _letters[physicalOffset] = before with
        {
            LastCopy = copy,
            AtMilliseconds = atMilliseconds,
            Count = before.Count + 1,
        };
        return true;
    }

    /// <summary>Takes over one that was remembered elsewhere.</summary>
    public void Restore(ResentLetter letter) => _letters[letter.PhysicalOffset] = letter;

    /// <summary>Forgets the dead letters that the log no longer keeps; whether there were any.</summary>
    public bool ForgetBelow(long logMinOffset)
    {
        if (logMinOffset <= _keptFrom)
            return false;

        _keptFrom = logMinOffset;
        int before = _letters.Count;
        foreach (long gone in _letters.Keys.Where(position => position < logMinOffset).ToArray())
            _letters.Remove(gone);
        return _letters.Count < before;
    }
}
