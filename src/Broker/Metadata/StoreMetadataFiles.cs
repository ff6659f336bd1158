using OrleansMq.Storage.Files;

namespace OrleansMq.Broker.Metadata;

/// <summary>The broker's small files in a directory beside its store, replaced atomically.</summary>
public sealed class StoreMetadataFiles : IMetadataFiles
{
    private readonly IStoreFileSystem _files;
    private readonly string _directory;

    /// <summary>Makes the directory if need be.</summary>
    public StoreMetadataFiles(IStoreFileSystem files, string directory)
    {
        _files = files;
        _directory = directory;
        files.CreateDirectory(directory, isDurable: true);
    }

    /// <inheritdoc/>
    public byte[]? TryRead(string name) => _files.TryReadAll(Path.Combine(_directory, name));

    /// <inheritdoc/>
    public void Replace(string name, ReadOnlySpan<byte> content) =>
        _files.Replace(Path.Combine(_directory, name), content);

    /// <inheritdoc/>
    public bool TryRead(string name, ContentReader read)
    {
        string path = Path.Combine(_directory, name);
        if (!_files.FileExists(path))
            return false;

        // No mapping is empty, or that long.
        long length = _files.GetLength(path);
        if (length is 0 or > int.MaxValue)
        {
            read([]);
            return true;
        }

        using IStoreFile file = _files.Map(path, (int)length, preallocate: false);
        read(file.Memory.Span);
        return true;
    }

    /// <inheritdoc/>
    public void ReplaceParts(string name, IEnumerable<ReadOnlyMemory<byte>> parts) =>
        _files.ReplaceParts(Path.Combine(_directory, name), parts);
}
