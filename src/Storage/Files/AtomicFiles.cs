namespace OrleansMq.Storage.Files;

/// <summary>
/// Small files that are replaced as a whole: after a crash either the old or the new content is there.
/// </summary>
public static class AtomicFiles
{
    private const string TemporarySuffix = ".tmp";

    /// <summary>Replaces a file's content; durable when the call returns.</summary>
    public static void Replace(this IStoreFileSystem files, string path, ReadOnlySpan<byte> content)
    {
        string temporary = path + TemporarySuffix;
        files.WriteAll(temporary, content);
        files.Rename(temporary, path);
        files.SyncDirectory(Path.GetDirectoryName(path)!);
    }
}
