namespace OrleansMq.Broker.Transactions;

/// <summary>What became of the wish to end a transaction.</summary>
public enum EndStatus
{
    /// <summary>It is the caller's to carry out now, and to give back if that fails.</summary>
    Begun,

    /// <summary>The same end is being carried out, or was; nothing is left to do.</summary>
    Same,

    /// <summary>The other end is being carried out, or was; nothing changes.</summary>
    Contradicted,

    /// <summary>It ended some time ago, how is not remembered; nothing changes.</summary>
    Settled,
}

/// <summary>
/// The transactions of one broker that are not over, as a state machine: prepared, committing or rolling back, parked.
/// What the log says moves it on, in the log's order and however often; a decision first claims its half message, so
/// that two at once store one end. A claim lies on top of what the log says: whoever gives it back leaves no trace, and
/// what was read from the log meanwhile counts. Not thread-safe; time comes in.
/// </summary>
public sealed class TransactionTable
{
    private readonly Dictionary<long, HalfMessage> _halves = [];
    private readonly Dictionary<long, TransactionOutcome> _claims = [];
    private readonly SortedSet<(long At, long PhysicalOffset)> _checks = [];
    private readonly Dictionary<long, TransactionOutcome> _ended = [];
    private readonly Queue<long> _endedOrder = [];
    private readonly TransactionOptions _options;
    private readonly long _intervalMilliseconds;

    /// <summary>Starts empty.</summary>
    public TransactionTable(TransactionOptions options)
    {
        _options = options;
        _intervalMilliseconds = (long)options.CheckInterval.TotalMilliseconds;
    }

    /// <summary>How many transactions are not over, parked ones included.</summary>
    public int Count => _halves.Count;

    /// <summary>When the next producer is to be asked, Unix milliseconds; null when none is.</summary>
    public long? NextCheck => _checks.Count == 0 ? null : _checks.Min.At;

    /// <summary>
    /// All that are not over as the log has them, claims left out, in no order. Not to be walked while the table
    /// changes.
    /// </summary>
    public IReadOnlyCollection<HalfMessage> Halves => _halves.Values;

    /// <summary>One that is not over, or null.</summary>
    public HalfMessage? Find(long physicalOffset) =>
        _halves.TryGetValue(physicalOffset, out HalfMessage half) ? WithClaim(half) : null;

    /// <summary>A half message as it is to be shown: one that is claimed is committing or rolling back.</summary>
    public HalfMessage WithClaim(HalfMessage half) =>
        _claims.TryGetValue(half.PhysicalOffset, out TransactionOutcome claim)
            ? half with
            {
                State = claim == TransactionOutcome.Committed
                    ? TransactionState.Committing
                    : TransactionState.RollingBack,
            }
            : half;

    /// <summary>Takes in a half message; one that is known, or is over, stays as it is.</summary>
    /// <returns>Whether it is new.</returns>
    public bool Prepare(long physicalOffset, long storedMilliseconds, long immunityMilliseconds)
    {
        if (_halves.ContainsKey(physicalOffset) || _ended.ContainsKey(physicalOffset))
            return false;

        Set(new HalfMessage(
            physicalOffset, storedMilliseconds, TransactionState.Prepared, 0,
            storedMilliseconds + immunityMilliseconds));
        return true;
    }

    /// <summary>Takes in a half message as it was saved.</summary>
    public void Restore(HalfMessage half) => Set(half);

    /// <summary>
    /// Claims a half message for its end. On <see cref="EndStatus.Begun"/> the caller stores the end, or calls
    /// <see cref="GiveUp"/>.
    /// </summary>
    public EndStatus Begin(long physicalOffset, TransactionOutcome outcome)
    {
        bool isOpen = _halves.TryGetValue(physicalOffset, out HalfMessage half);
        if ((isOpen ? _claims : _ended).TryGetValue(physicalOffset, out TransactionOutcome before))
            return before == outcome ? EndStatus.Same : EndStatus.Contradicted;
        if (!isOpen)
            return EndStatus.Settled;

        _claims.Add(physicalOffset, outcome);
        Set(half);
        return EndStatus.Begun;
    }

    /// <summary>Takes in that the end could not be stored: the half message is what the log says.</summary>
    public void GiveUp(long physicalOffset)
    {
        if (_claims.Remove(physicalOffset) && _halves.TryGetValue(physicalOffset, out HalfMessage half))
            Set(half);
    }

    /// <summary>Takes in that the end is stored; whether that was new.</summary>
    public bool End(long physicalOffset, TransactionOutcome outcome)
    {
        if (!Forget(physicalOffset))
            return false;

        Remember(physicalOffset, outcome);
        return true;
    }

    /// <summary>Takes in that a producer was asked.</summary>
    public bool Checked(long physicalOffset, int checks, long atMilliseconds) =>
        _halves.TryGetValue(physicalOffset, out HalfMessage half) && half.Checks < checks
        && Set(half with { Checks = checks, NextCheckMilliseconds = atMilliseconds + _intervalMilliseconds });

    /// <summary>Takes in that nobody is asked any more.</summary>
    public bool Park(long physicalOffset) =>
        _halves.TryGetValue(physicalOffset, out HalfMessage half) && half.State == TransactionState.Prepared
        && Set(half with { State = TransactionState.Parked });

    /// <summary>Takes in that an operator has a parked one asked about again, from the first check on.</summary>
    public bool Resume(long physicalOffset, long atMilliseconds) =>
        _halves.TryGetValue(physicalOffset, out HalfMessage half) && half.State == TransactionState.Parked
        && Set(half with
        {
            State = TransactionState.Prepared,
            Checks = 0,
            PreparedMilliseconds = atMilliseconds,
            NextCheckMilliseconds = atMilliseconds,
        });

    /// <summary>Forgets a half message that the log no longer has.</summary>
    public bool Forget(long physicalOffset)
    {
        if (!_halves.Remove(physicalOffset, out HalfMessage half))
            return false;

        _claims.Remove(physicalOffset);
        _checks.Remove((half.NextCheckMilliseconds, physicalOffset));
        return true;
    }

    /// <summary>Forgets the half messages outside of what the log has, and returns how many they were.</summary>
    /// <param name="start">The log's first byte.</param>
    /// <param name="end">Behind the log's last byte.</param>
    public int ForgetOutside(long start, long end)
    {
        long[] gone = [.. _halves.Keys.Where(position => position < start || position >= end)];
        foreach (long position in gone)
            Forget(position);
        return gone.Length;
    }

    /// <summary>
    /// The half messages whose producers are to be asked, the longest overdue first. Each is due again one interval
    /// later, whatever comes of it.
    /// </summary>
    public IReadOnlyList<HalfMessage> TakeDue(long nowMilliseconds, int maxCount)
    {
        var due = new List<HalfMessage>();
        while (due.Count < maxCount && _checks.Count > 0 && _checks.Min.At <= nowMilliseconds)
        {
            HalfMessage half = _halves[_checks.Min.PhysicalOffset];
            Set(half with { NextCheckMilliseconds = nowMilliseconds + _intervalMilliseconds });
            due.Add(half);
        }

        return due;
    }

    /// <summary>Whether a half message is to be parked instead of asked about once more.</summary>
    public bool IsGivenUp(HalfMessage half, long nowMilliseconds) => half.Checks >= _options.MaxChecks
        || nowMilliseconds - half.PreparedMilliseconds >= (long)_options.MaxAge.TotalMilliseconds;

    private bool Set(HalfMessage half)
    {
        if (_halves.TryGetValue(half.PhysicalOffset, out HalfMessage before))
            _checks.Remove((before.NextCheckMilliseconds, half.PhysicalOffset));
        _halves[half.PhysicalOffset] = half;
        if (half.State == TransactionState.Prepared && !_claims.ContainsKey(half.PhysicalOffset))
            _checks.Add((half.NextCheckMilliseconds, half.PhysicalOffset));
        return true;
    }

    private void Remember(long physicalOffset, TransactionOutcome outcome)
    {
        _ended[physicalOffset] = outcome;
        _endedOrder.Enqueue(physicalOffset);
        if (_endedOrder.Count > _options.MaxRememberedEnds)
            _ended.Remove(_endedOrder.Dequeue());
    }
}
