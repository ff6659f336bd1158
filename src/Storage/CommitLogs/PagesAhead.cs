namespace OrleansMq.Storage.CommitLogs;

/// <summary>Brings pages of the log into memory ahead of the appends.</summary>
internal sealed class PagesAhead(StoreOptions options, TimeProvider time)
{
    private const int AheadBytes = 8 * 1024 * 1024;
    private const int StepBytes = 2 * 1024 * 1024;

    private long _until;
    private long _doneAt;

    /// <summary>Whether it is time to bring in more.</summary>
    public bool IsRunningOut(long appendedUntil) => appendedUntil + (AheadBytes / 2) > Volatile.Read(ref _until);

    /// <summary>Sets where the log ends as it is opened.</summary>
    public void BeginAt(long end) => _until = end;

    /// <summary>Takes note that the log goes on in a file that <see cref="Prepare"/> was called for.</summary>
    public void GoOnIn(LogSegment segment) => Volatile.Write(ref _until, segment.Start + AheadBytes);

    /// <summary>Brings in the first pages of the next file.</summary>
    public void Prepare(LogSegment next) => Populate(next, 0, AheadBytes);

    /// <summary>Brings in some pages of the file being written; false when there are enough.</summary>
    public bool Step(LogSegment active, long appendedUntil)
    {
        long from = Math.Max(appendedUntil, Volatile.Read(ref _until));
        if (from >= active.End || from - appendedUntil >= AheadBytes)
        {
            _doneAt = time.GetTimestamp();
            return false;
        }

        Populate(active, (int)(from - active.Start), StepBytes);
        Volatile.Write(ref _until, from + StepBytes);
        return true;
    }

    /// <summary>
    /// Brings pages into memory, small ones when flushes are small: a flush of one record must not write megabytes.
    /// Under <see cref="FlushMode.Sync"/> they are written as well: a page's first write takes a commit of the file
    /// system's journal, which no record has to wait for then.
    /// </summary>
    private void Populate(LogSegment segment, int offset, int length)
    {
        bool isSync = options.FlushMode == FlushMode.Sync;
        bool isBusy = time.GetElapsedTime(_doneAt) < options.FlushWindow / 2;
        length = Math.Min(length, segment.Length - offset);
        segment.File.Populate(offset, length, inSinglePages: isSync || !isBusy);
        if (isSync)
            segment.File.Flush(offset, length);
    }
}
