using OrleansMq.Storage.Files;

namespace OrleansMq.Storage.CommitLogs;

/// <summary>Makes, opens, cuts and deletes the files of one commit log.</summary>
internal sealed class LogFiles(IStoreFileSystem files, string directory, int fileBytes)
{
    /// <summary>
    /// Makes a file, or completes the one that is there: its blocks are reserved, its name and length durable.
    /// </summary>
    /// <exception cref="StoreIOException">The disk failed, or is full: then nothing has changed.</exception>
    public LogSegment Create(long start)
    {
        LogSegment segment = Map(start, isReserved: true);
        try
        {
            // The length as well: only the last file may turn out short after a crash.
            segment.File.Flush();
            files.SyncDirectory(directory);
            return segment;
        }
        catch
        {
            segment.Release();
            throw;
        }
    }

    /// <summary>Opens a file that others follow. What is in it can be read even if the disk is full.</summary>
    public LogSegment Open(long start) => OrUnreserved(start, () => Map(start, isReserved: true));

    /// <summary>Opens the last file, completing it if there is space.</summary>
    public LogSegment OpenLast(long start) => OrUnreserved(start, () => Create(start));

    /// <summary>Cuts a file, which nobody reads, and opens it again.</summary>
    public LogSegment Cut(LogSegment segment, long end)
    {
        segment.Release();
        files.Truncate(segment.File.Path, end - segment.Start);
        return OpenLast(segment.Start);
    }

    /// <summary>Deletes a file, which nobody reads; durable when the call returns.</summary>
    public void Delete(LogSegment segment)
    {
        segment.Release();
        files.Delete(segment.File.Path);
        files.SyncDirectory(directory);
    }

    private LogSegment OrUnreserved(long start, Func<LogSegment> open)
    {
        try
        {
            return open();
        }
        catch (StoreIOException cause) when (cause.IsDiskFull)
        {
            return Map(start, isReserved: false);
        }
    }

    private LogSegment Map(long start, bool isReserved) => new(
        start, files.Map(Path.Combine(directory, LogSegment.NameOf(start)), fileBytes, isReserved), isReserved);
}
