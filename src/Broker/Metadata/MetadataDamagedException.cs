namespace OrleansMq.Broker.Metadata;

/// <summary>
/// A metadata file and its backup cannot be read; going on without would forget topics, groups or offsets.
/// </summary>
public sealed class MetadataDamagedException : Exception
{
    /// <summary>Says what is wrong and what can be done.</summary>
    public MetadataDamagedException(string problem)
        : base(
            $"{problem} Restore the file from a backup, or delete it and its backup to begin anew without its content.")
    {
    }
}
