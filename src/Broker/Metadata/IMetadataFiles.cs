namespace OrleansMq.Broker.Metadata;

/// <summary>Where a host keeps the broker's small files. Names are plain file names without a path.</summary>
public interface IMetadataFiles
{
    /// <summary>The whole content of a file, or null when there is none.</summary>
    byte[]? TryRead(string name);

    /// <summary>
    /// Gives a file a new content. A crash leaves the old content or the new one, and once the call returns the new
    /// one is on disk.
    /// </summary>
    void Replace(string name, ReadOnlySpan<byte> content);
}
