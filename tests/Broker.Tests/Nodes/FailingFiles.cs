using OrleansMq.Storage.Files;

namespace OrleansMq.Broker.Tests.Nodes;

/// <summary>Real files on a disk that can be made full, or to refuse its next flush.</summary>
internal sealed class FailingFiles(IStoreFileSystem inner) : IStoreFileSystem
{
    /// <summary>Nothing new finds space, and the cleaner is told so.</summary>
    public bool IsFull { get; set; }

    public bool RefusesFlushes { get; set; }

    public void CreateDirectory(string path, bool isDurable) => inner.CreateDirectory(path, isDurable);

    public bool FileExists(string path) => inner.FileExists(path);

    public IReadOnlyList<string> ListFiles(string directory) => inner.ListFiles(directory);

    public IReadOnlyList<string> ListDirectories(string directory) => inner.ListDirectories(directory);

    public IStoreFile Map(string path, int length, bool preallocate)
    {
        if (!inner.FileExists(path))
            RefuseIfFull();
        return new FailingFile(this, inner.Map(path, length, preallocate));
    }

    public long GetLength(string path) => inner.GetLength(path);

    public byte[]? TryReadAll(string path) => inner.TryReadAll(path);

    public void WriteAll(string path, ReadOnlySpan<byte> content)
    {
        // A name alone needs no block.
        if (!content.IsEmpty)
            RefuseIfFull();
        inner.WriteAll(path, content);
    }

    public void Rename(string from, string to) => inner.Rename(from, to);

    public void Delete(string path) => inner.Delete(path);

    public void DeleteDirectory(string path) => inner.DeleteDirectory(path);

    public void Truncate(string path, long length) => inner.Truncate(path, length);

    public void SyncDirectory(string path) => inner.SyncDirectory(path);

    public void Flush(IReadOnlyCollection<string> paths, IReadOnlyCollection<string> directories) =>
        inner.Flush(paths, directories);

    public IDisposable? TryLock(string path) => inner.TryLock(path);

    public DiskSpace GetDiskSpace(string path) => IsFull ? new DiskSpace(100, -1) : new DiskSpace(100, 50);

    private void RefuseIfFull()
    {
        if (IsFull)
            throw new StoreIOException("There is no space.") { IsDiskFull = true };
    }

    private sealed class FailingFile(FailingFiles files, IStoreFile inner) : IStoreFile
    {
        public string Path => inner.Path;

        public Memory<byte> Memory => inner.Memory;

        public void Flush()
        {
            Refuse();
            inner.Flush();
        }

        public void Flush(int offset, int length)
        {
            Refuse();
            inner.Flush(offset, length);
        }

        public void Allocate(int offset, int length) => inner.Allocate(offset, length);

        public void Populate(int offset, int length, bool inSinglePages) =>
            inner.Populate(offset, length, inSinglePages);

        public void Dispose() => inner.Dispose();

        private void Refuse()
        {
            if (files.RefusesFlushes)
                throw new StoreIOException("The disk failed.");
        }
    }
}
