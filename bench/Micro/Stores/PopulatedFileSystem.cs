using OrleansMq.Storage.Files;

namespace OrleansMq.Bench.Micro.Stores;

/// <summary>
/// The real files, of which those of the commit log can be brought into memory as a whole, so that a benchmark measures
/// the append and not the kernel's page faults.
/// </summary>
internal sealed class PopulatedFileSystem : IStoreFileSystem
{
    private readonly MappedFileSystem _files = new();
    private readonly List<IStoreFile> _logFiles = [];

    /// <summary>Brings the log into memory. After the store is opened: a flush makes each page fault once more.</summary>
    public void Populate() => _logFiles.ForEach(file => file.Populate(0, file.Memory.Length, inSinglePages: false));

    public IStoreFile Map(string path, int length, bool preallocate)
    {
        IStoreFile file = _files.Map(path, length, preallocate);
        if (path.Contains("commitlog", StringComparison.Ordinal))
            _logFiles.Add(file);
        return file;
    }

    public void CreateDirectory(string path, bool isDurable) => _files.CreateDirectory(path, isDurable);

    public bool FileExists(string path) => _files.FileExists(path);

    public IReadOnlyList<string> ListFiles(string directory) => _files.ListFiles(directory);

    public IReadOnlyList<string> ListDirectories(string directory) => _files.ListDirectories(directory);

    public long GetLength(string path) => _files.GetLength(path);

    public byte[]? TryReadAll(string path) => _files.TryReadAll(path);

    public void WriteAll(string path, ReadOnlySpan<byte> content) => _files.WriteAll(path, content);

    public void Rename(string from, string to) => _files.Rename(from, to);

    public void Delete(string path) => _files.Delete(path);

    public void DeleteDirectory(string path) => _files.DeleteDirectory(path);

    public void Truncate(string path, long length) => _files.Truncate(path, length);

    public void SyncDirectory(string path) => _files.SyncDirectory(path);

    public void Flush(IReadOnlyCollection<string> paths, IReadOnlyCollection<string> directories) =>
        _files.Flush(paths, directories);

    public IDisposable? TryLock(string path) => _files.TryLock(path);

    public DiskSpace GetDiskSpace(string path) => _files.GetDiskSpace(path);
}
