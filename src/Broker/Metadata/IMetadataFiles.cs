using System.Buffers;

namespace OrleansMq.Broker.Metadata;

/// <summary>Reads the content of a file while it is there.</summary>
public delegate void ContentReader(ReadOnlySpan<byte> content);

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

    /// <summary>
    /// Reads a file that may be large, without a copy of it where that can be; false when there is none.
    /// </summary>
    bool TryRead(string name, ContentReader read)
    {
        if (TryRead(name) is not { } content)
            return false;

        read(content);
        return true;
    }

    /// <summary>
    /// The same as <see cref="Replace"/> for a content that may be large and comes in
    /// parts; each is valid until the next is asked for.
    /// </summary>
    void ReplaceParts(string name, IEnumerable<ReadOnlyMemory<byte>> parts)
    {
        var content = new ArrayBufferWriter<byte>();
        foreach (ReadOnlyMemory<byte> part in parts)
            content.Write(part.Span);
        Replace(name, content.WrittenSpan);
    }
}
