namespace OrleansMq.Broker.Popping;

/// <summary>
/// A queue of a group with its lock. Appending a record about it and applying the record are one step under the lock,
/// so that the records of one queue are applied in the log's order, each once, whether they come from here or again
/// from the dispatcher.
/// </summary>
public sealed class PoppedQueue(PopKey key)
{
    private long _appliedUntil;

    /// <summary>Whose queue it is.</summary>
    public PopKey Key { get; } = key;

    /// <summary>Held while a record about the queue is stored and applied.</summary>
    public Lock Lock { get; } = new();

    /// <summary>How far the group has come; null before its first pop. Guarded by the lock.</summary>
    public PopQueue? State { get; private set; }

    /// <summary>
    /// Whether it holds nothing and was let go: nothing may be stored about it; who has it looks the queue up again.
    /// Guarded by the lock.
    /// </summary>
    public bool IsGone { get; private set; }

    /// <summary>Records of this queue below are applied. Changed under the lock.</summary>
    public long AppliedUntil => Volatile.Read(ref _appliedUntil);

    /// <summary>Whether records of this queue were read back from the log as the broker started.</summary>
    public bool IsRecovered { get; private set; }

    /// <summary>Whether an operator's reset was read back from the log as the broker started.</summary>
    public bool IsResetAnew { get; private set; }

    /// <summary>Lets it go if it holds nothing; whether it did. Called under the lock.</summary>
    public bool TryLetGo() => IsGone |= State is null;

    /// <summary>Takes in what was saved.</summary>
    public void Restore(SavedPopQueue saved)
    {
        State = saved.Queue;
        _appliedUntil = saved.AppliedUntil;
    }

    /// <summary>Applies a record that was read back from the log; whether its layout is known.</summary>
    public bool Recover(PopOperation operation, ReadOnlySpan<byte> rest, long endOffset)
    {
        IsRecovered = true;
        bool isApplied = Apply(operation, rest, endOffset);
        IsResetAnew |= isApplied && operation == PopOperation.Reset && State!.ResetAt > 0;
        return isApplied;
    }

    /// <summary>Applies a record that was read back and by which a message became a dead letter.</summary>
    public void RecoverDeadLetter(long offset, long endOffset)
    {
        IsRecovered = true;
        ApplyDeadLetter(offset, endOffset);
    }

    /// <summary>Applies a record that ends at a position; whether its layout is known.</summary>
    public bool Apply(PopOperation operation, ReadOnlySpan<byte> rest, long endOffset)
    {
        PopQueue? state = State;
        bool isApplied = PopRecord.TryApply(operation, rest, ref state);
        State = state;
        Volatile.Write(ref _appliedUntil, endOffset);
        return isApplied;
    }

    /// <summary>Applies a record that ends at a position and by which a message became a dead letter.</summary>
    public void ApplyDeadLetter(long offset, long endOffset)
    {
        State?.Finish(offset);
        Volatile.Write(ref _appliedUntil, endOffset);
    }
}
