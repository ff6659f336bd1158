namespace OrleansMq.Storage.Files;

/// <summary>A file operation of the store failed; the message names the operation, the file and the cause.</summary>
public sealed class StoreIOException : IOException
{
    /// <summary>Wraps the cause.</summary>
    public StoreIOException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }
}
