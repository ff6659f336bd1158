namespace OrleansMq.Broker.Metadata;

/// <summary>
/// When the state of an index over the log is written as one file, and what of the log is in it. The owner calls under
/// its own lock; the work that is prepared runs outside of it.
/// </summary>
internal sealed class IndexSnapshot(IMetadataFiles files, string name, Lock ownersLock)
{
    private bool _isChanged = true;
    private long _durableUntil;
    private long _writtenAtMilliseconds;

    /// <summary>All records below are in the file, see <c>IDispatchTarget.DurableUntil</c>. Any thread.</summary>
    public long DurableUntil => Volatile.Read(ref _durableUntil);

    /// <summary>The file as it was left, or null.</summary>
    public byte[]? TryRead() => files.TryRead(name);

    /// <summary>Takes in that the file was usable.</summary>
    /// <param name="nowMilliseconds">
    /// The time, if the file counts as new; else it is written after the first change.
    /// </param>
    public void Loaded(long nowMilliseconds = 0)
    {
        _durableUntil = long.MaxValue;
        _writtenAtMilliseconds = nowMilliseconds;
        _isChanged = false;
    }

    /// <summary>Takes in that the state is no longer the one in the file.</summary>
    public void Changed() => _isChanged = true;

    /// <summary>
    /// Takes in that a record changed the state. All records below the first one to do so are in the file, whatever
    /// position that was written for.
    /// </summary>
    public void Changed(long position)
    {
        if (!_isChanged && _durableUntil == long.MaxValue)
            Volatile.Write(ref _durableUntil, position);
        _isChanged = true;
    }

    /// <summary>The work that writes the state, or null when it is not due or the file is up to date.</summary>
    /// <param name="dispatchedUntil">All records below are in the state.</param>
    /// <param name="nowMilliseconds">The time.</param>
    /// <param name="intervalMilliseconds">How long the file may be old.</param>
    /// <param name="encode">Gives the file's content.</param>
    public Action? Prepare(
        long dispatchedUntil, long nowMilliseconds, long intervalMilliseconds, Func<byte[]> encode) =>
        Prepare(dispatchedUntil, nowMilliseconds, intervalMilliseconds, () => [encode()]);

    /// <summary>The same for a content that comes in parts, which are asked for outside of the lock.</summary>
    public Action? Prepare(
        long dispatchedUntil, long nowMilliseconds, long intervalMilliseconds,
        Func<IEnumerable<ReadOnlyMemory<byte>>> encode)
    {
        if (!_isChanged)
        {
            // What is on disk describes this position just as well.
            Volatile.Write(ref _durableUntil, dispatchedUntil);
            return null;
        }

        // A clock that was set back must not keep the file old.
        long age = nowMilliseconds - _writtenAtMilliseconds;
        if (age >= 0 && age < intervalMilliseconds)
            return null;

        _isChanged = false;
        _writtenAtMilliseconds = nowMilliseconds;
        IEnumerable<ReadOnlyMemory<byte>> content = encode();
        return () => Write(content, dispatchedUntil);
    }

    private void Write(IEnumerable<ReadOnlyMemory<byte>> content, long dispatchedUntil)
    {
        bool isWritten = false;
        try
        {
            files.ReplaceParts(name, content);
            Volatile.Write(ref _durableUntil, dispatchedUntil);
            isWritten = true;
        }
        finally
        {
            if (!isWritten)
                BeDueAgain();
        }
    }

    /// <summary>Until there is space no other state may pass for the one on disk.</summary>
    private void BeDueAgain()
    {
        lock (ownersLock)
        {
            _isChanged = true;
            _writtenAtMilliseconds = 0;
        }
    }
}
