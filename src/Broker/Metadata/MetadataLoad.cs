namespace OrleansMq.Broker.Metadata;

/// <summary>Where a state was read from.</summary>
public enum MetadataSource
{
    /// <summary>There is no file yet.</summary>
    Nothing,

    /// <summary>The main file.</summary>
    Main,

    /// <summary>The backup, since the main file is missing or damaged.</summary>
    Backup,

    /// <summary>Neither file can be read, and at least one is there.</summary>
    Damaged,
}

/// <summary>The outcome of reading a file of metadata.</summary>
/// <param name="Source">Where the state was read from.</param>
/// <param name="State">The state; null when there is none or it is damaged.</param>
/// <param name="Problem">What is to be reported; null when all is well.</param>
public readonly record struct MetadataLoad<T>(MetadataSource Source, T? State, string? Problem)
    where T : class;
