using OrleansMq.Storage.CommitLogs;
using OrleansMq.Storage.Files;

namespace OrleansMq.Storage.Recovery;

/// <summary>Opens the files of a commit log directory, or says why they are no log.</summary>
internal static class LogDirectory
{
    /// <summary>What is added to the name of a file that is being deleted.</summary>
    public const string ExpiredSuffix = ".expired";

    /// <summary>The files in order, the first one created when there is none.</summary>
    /// <exception cref="StoreCorruptException">Files are missing in the middle, or have another size.</exception>
    public static LogSegment[] Open(IStoreFileSystem files, string directory, int fileBytes, LogFiles logFiles)
    {
        files.CreateDirectory(directory, isDurable: true);
        var starts = new List<long>();
        foreach (string name in files.ListFiles(directory))
        {
            if (LogSegment.TryParseName(name, out long start))
                starts.Add(start);
            else if (name.EndsWith(ExpiredSuffix, StringComparison.Ordinal))
                files.Delete(Path.Combine(directory, name));
        }

        for (int index = 0; index < starts.Count; index++)
            Check(files, directory, starts, index, fileBytes);
        if (starts.Count == 0)
            return [logFiles.Create(0)];
        return [.. starts.SkipLast(1).Select(logFiles.Open), logFiles.OpenLast(starts[^1])];
    }

    private static void Check(
        IStoreFileSystem files, string directory, List<long> starts, int index, int fileBytes)
    {
        string path = Path.Combine(directory, LogSegment.NameOf(starts[index]));
        long length = files.GetLength(path);
        bool isLast = index == starts.Count - 1;

        // Creating a file, or cutting its tail off, may have been interrupted: only the last one can be short.
        if (length > fileBytes || (length < fileBytes && !isLast) || starts[index] % fileBytes != 0)
        {
            throw new StoreCorruptException(
                $"The log file '{path}' has {length} bytes, but files of {fileBytes} bytes are configured. Set "
                + $"{StoreOptions.Section}:{nameof(StoreOptions.CommitLogFileBytes)} to what the store was made with.");
        }

        if (!isLast && starts[index + 1] != starts[index] + fileBytes)
        {
            throw new StoreCorruptException(
                $"The log file '{LogSegment.NameOf(starts[index] + fileBytes)}' is missing in '{directory}', though "
                + "later ones are there. Restore it from a backup, or move the files before the gap away to go on "
                + "without them.");
        }
    }
}
