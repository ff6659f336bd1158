namespace OrleansMq.Storage;

/// <summary>Another process has the store open.</summary>
public sealed class StoreInUseException : Exception
{
    /// <summary>Names the directory.</summary>
    public StoreInUseException(string directory)
        : base(
            $"The store '{directory}' is in use by another process. Stop that one, or give this one another directory.")
    {
    }
}
