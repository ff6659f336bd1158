namespace OrleansMq.Broker.Offsets;

/// <summary>Where a reset of a queue leads, and until when readers from before it are looked out for.</summary>
/// <param name="Start">The offset that the group was sent to.</param>
/// <param name="End">The queue's end at that moment: no reader from before the reset was beyond it.</param>
/// <param name="UntilMilliseconds">When the looking out ends at the latest, Unix milliseconds.</param>
public readonly record struct ResetMark(long Start, long End, long UntilMilliseconds);

/// <summary>
/// Tells the readers of a queue that go on from where an operator sent their group from those that still go on from
/// where they were before. The former can only be at offsets that were handed out since: they begin at the start, and
/// each answer lets them go to its end. A reader anywhere else is sent back, and what it commits does not count. This
/// needs to know nothing of who the readers are, so that it holds for a member that comes back over another connection.
/// It ends once all that lay before the reset has been handed out anew. Not thread-safe.
/// </summary>
public sealed class ResetGuard
{
    private bool _isReached;

    /// <summary>Begins with a reset.</summary>
    /// <param name="mark">The reset.</param>
    /// <param name="committed">How far the group has come since.</param>
    public ResetGuard(ResetMark mark, long committed)
    {
        Mark = mark;
        HandedOutUntil = Math.Max(mark.Start, committed);
    }

    /// <summary>The reset.</summary>
    public ResetMark Mark { get; }

    /// <summary>The end of what was handed out since the reset.</summary>
    public long HandedOutUntil { get; private set; }

    /// <summary>Whether readers need not be told apart any more.</summary>
    public bool IsOver(long nowMilliseconds) =>
        nowMilliseconds >= Mark.UntilMilliseconds || (_isReached && HandedOutUntil >= Mark.End);

    /// <summary>Whether a reader that goes on from the reset may be at an offset.</summary>
    public bool Admits(long offset) => offset >= Mark.Start && offset <= HandedOutUntil;

    /// <summary>A reader at an offset was answered, and may go on at the next one.</summary>
    public void HandOut(long offset, long nextOffset)
    {
        if (!Admits(offset))
            return;

        _isReached = true;
        HandedOutUntil = Math.Max(HandedOutUntil, nextOffset);
    }
}
