using OrleansMq.Storage.Files;

namespace OrleansMq.Storage.CommitLogs;

/// <summary>The file that the log goes on in, made ahead of the appends.</summary>
/// <remarks>
/// One attempt at a time: an attempt that finds no space removes its file again, which must not be the one that another
/// thread has just made. After such an attempt the appends try no more, they would do so with every record; the worker
/// does now and then.
/// </remarks>
internal sealed class NextSegment(LogFiles files)
{
    private readonly Lock _lock = new();
    private LogSegment? _ready;
    private long _takenStart = -1;
    private volatile bool _isRefused;

    /// <summary>Whether the last attempt found no space.</summary>
    public bool IsRefused => _isRefused;

    /// <summary>Sets what is ready as the log is opened, and where its last file begins.</summary>
    public void Adopt(LogSegment? ready, long takenStart)
    {
        _ready = ready;
        _takenStart = takenStart;
    }

    /// <summary>Makes the file; false when it is there, or was taken meanwhile.</summary>
    /// <exception cref="StoreIOException">The disk failed or is full.</exception>
    public bool Make(long start, Action<LogSegment> prepare)
    {
        lock (_lock)
        {
            if (_ready is not null || start <= _takenStart)
                return false;

            LogSegment made = Create(start);
            try
            {
                prepare(made);
            }
            catch
            {
                made.Release();
                throw;
            }

            _ready = made;
            return true;
        }
    }

    /// <summary>Makes the file unless it is there; false when there is no space.</summary>
    /// <exception cref="StoreIOException">The disk failed.</exception>
    public bool TryMake(long start)
    {
        lock (_lock)
        {
            if (_ready is not null)
                return true;
            if (_isRefused)
                return false;

            try
            {
                _ready = Create(start);
                return true;
            }
            catch (StoreIOException cause) when (cause.IsDiskFull)
            {
                return false;
            }
        }
    }

    /// <summary>Hands the file over, after <see cref="TryMake"/>.</summary>
    public LogSegment Take()
    {
        lock (_lock)
        {
            LogSegment taken = _ready!;
            _ready = null;
            _takenStart = taken.Start;
            return taken;
        }
    }

    /// <summary>Unmaps the file.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _ready?.Release();
            _ready = null;
        }
    }

    private LogSegment Create(long start)
    {
        try
        {
            LogSegment created = files.Create(start);
            _isRefused = false;
            return created;
        }
        catch (StoreIOException cause) when (cause.IsDiskFull)
        {
            _isRefused = true;
            throw;
        }
    }
}
