using System.Buffers;

namespace OrleansMq.Storage.Files;

/// <summary>
/// The port through which the store reaches files. A simulation implements it to enumerate crashes: what is not
/// flushed (bytes), and what is not synced (names), may be lost in any combination.
/// </summary>
/// <remarks>
/// Paths are absolute. Every method may throw <see cref="StoreIOException"/>; nothing else is expected. Those that
/// make something say so if all they lack is space: <see cref="StoreIOException.IsDiskFull"/>. Thread-safe.
/// </remarks>
public interface IStoreFileSystem
{
    /// <summary>Creates a directory with its parents; no-op when it exists.</summary>
    /// <param name="path">The directory.</param>
    /// <param name="isDurable">
    /// Whether the new names are durable when the call returns; otherwise after <see cref="SyncDirectory"/> of each
    /// parent.
    /// </param>
    void CreateDirectory(string path, bool isDurable);

    /// <summary>Whether a file of this name exists.</summary>
    bool FileExists(string path);

    /// <summary>
    /// Names (not paths) of the files in a directory, in ordinal order; empty when there is no directory.
    /// </summary>
    IReadOnlyList<string> ListFiles(string directory);

    /// <summary>Names (not paths) of the directories in a directory, in ordinal order.</summary>
    IReadOnlyList<string> ListDirectories(string directory);

    /// <summary>
    /// Maps a file of exactly <paramref name="length"/> bytes, created or extended with zeros if need be. The name is
    /// not durable before <see cref="SyncDirectory"/>. A file that could not be created is not left behind.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="length">Bytes, 1 to 2 GiB − 1.</param>
    /// <param name="preallocate">Reserve the disk blocks now, so that later writes cannot run out of space.</param>
    IStoreFile Map(string path, int length, bool preallocate);

    /// <summary>The length of a file in bytes.</summary>
    long GetLength(string path);

    /// <summary>The whole content of a small file, or null when there is none.</summary>
    byte[]? TryReadAll(string path);

    /// <summary>Writes and flushes a small file; its name is not durable before <see cref="SyncDirectory"/>.</summary>
    void WriteAll(string path, ReadOnlySpan<byte> content);

    /// <summary>
    /// The same for a content that may be large and comes in parts; each is valid until the next is asked for.
    /// </summary>
    void WriteParts(string path, IEnumerable<ReadOnlyMemory<byte>> parts)
    {
        var content = new ArrayBufferWriter<byte>();
        foreach (ReadOnlyMemory<byte> part in parts)
            content.Write(part.Span);
        WriteAll(path, content.WrittenSpan);
    }

    /// <summary>Renames a file over another.</summary>
    void Rename(string from, string to);

    /// <summary>Deletes a file; no-op when there is none.</summary>
    void Delete(string path);

    /// <summary>Deletes a directory with all that is in it; no-op when there is none.</summary>
    void DeleteDirectory(string path);

    /// <summary>Cuts a file down to <paramref name="length"/> bytes; later mappings read zeros behind it.</summary>
    void Truncate(string path, long length);

    /// <summary>Makes created, renamed and deleted names in a directory durable.</summary>
    void SyncDirectory(string path);

    /// <summary>
    /// Flushes the bytes of files, mapped or not, and the names in directories; what no longer exists is passed over.
    /// </summary>
    void Flush(IReadOnlyCollection<string> paths, IReadOnlyCollection<string> directories);

    /// <summary>
    /// Takes an exclusive lock that ends with the process or the returned object; null when it is taken.
    /// </summary>
    IDisposable? TryLock(string path);

    /// <summary>Space on the disk that holds a path.</summary>
    DiskSpace GetDiskSpace(string path);
}

/// <summary>Space on a disk.</summary>
/// <param name="TotalBytes">The size of the disk, without what only others may write.</param>
/// <param name="AvailableBytes">What this process may still write.</param>
public readonly record struct DiskSpace(long TotalBytes, long AvailableBytes)
{
    /// <summary>The used share, 0 to 1.</summary>
    public double UsedRatio => TotalBytes <= 0 ? 0 : 1 - ((double)AvailableBytes / TotalBytes);
}
