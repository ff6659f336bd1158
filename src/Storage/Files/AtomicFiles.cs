namespace OrleansMq.Storage.Files;

/// <summary>
/// Small files that are replaced as a whole: after a crash either the old or the new content is there.
/// </summary>
public static class AtomicFiles
{
    private const string TemporarySuffix = ".tmp";

    /// <summary>Replaces a file's content; durable when the call returns.</summary>
    /// <exception cref="StoreIOException">The disk failed, or is full: then the old content is there.</exception>
    public static void Replace(this IStoreFileSystem files, string path, ReadOnlySpan<byte> content)
    {
        string temporary = path + TemporarySuffix;
        try
        {
            files.WriteAll(temporary, content);
        }
        catch (StoreIOException cause) when (cause.IsDiskFull)
        {
            files.Delete(temporary);
            throw;
        }

        TakePlace(files, temporary, path);
    }

    /// <summary>The same for a content that comes in parts.</summary>
    /// <exception cref="StoreIOException">The disk failed, or is full: then the old content is there.</exception>
    public static void ReplaceParts(
        this IStoreFileSystem files, string path, IEnumerable<ReadOnlyMemory<byte>> parts)
    {
        string temporary = path + TemporarySuffix;
        try
        {
            files.WriteParts(temporary, parts);
        }
        catch (StoreIOException cause) when (cause.IsDiskFull)
        {
            files.Delete(temporary);
            throw;
        }

        TakePlace(files, temporary, path);
    }

    private static void TakePlace(IStoreFileSystem files, string temporary, string path)
    {
        try
        {
            files.Rename(temporary, path);
        }
        catch (StoreIOException cause) when (cause.IsDiskFull)
        {
            files.Delete(temporary);
            throw;
        }

        files.SyncDirectory(Path.GetDirectoryName(path)!);
    }
}
