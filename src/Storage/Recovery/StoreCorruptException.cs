namespace OrleansMq.Storage.Recovery;

/// <summary>The store's files contradict each other in a way that must not be repaired without its operator.</summary>
public sealed class StoreCorruptException : Exception
{
    /// <summary>Says what is wrong and what can be done.</summary>
    public StoreCorruptException(string message)
        : base(message)
    {
    }
}
