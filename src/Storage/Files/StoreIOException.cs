namespace OrleansMq.Storage.Files;

/// <summary>A file operation of the store failed; the message names the operation, the file and the cause.</summary>
public sealed class StoreIOException : IOException
{
    /// <summary>Wraps the cause.</summary>
    public StoreIOException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }

    /// <summary>
    /// Whether the disk or the quota had no space for what was to be made, and nothing has changed: it may be tried
    /// again. Never said of a flush that failed, which leaves open what is on disk.
    /// </summary>
    public bool IsDiskFull { get; init; }
}
