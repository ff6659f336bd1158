using System.Diagnostics.CodeAnalysis;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace OrleansMq.Storage.Files;

/// <summary>The real files of this machine, memory-mapped.</summary>
/// <remarks>The one place of the store that touches the framework's file classes.</remarks>
[SuppressMessage("ApiDesign", "RS0030", Justification = "This is the port's real side.")]
public sealed class MappedFileSystem : IStoreFileSystem
{
    /// <summary>Above this many files, one flush of the whole file system costs less than a flush of each.</summary>
    private const int FlushAllThreshold = 64;

    /// <summary>A large file goes to disk bit by bit, so that a flush of the log meanwhile does not wait.</summary>
    private const long FlushPartsBytes = 4 * 1024 * 1024;

    /// <inheritdoc/>
    public void CreateDirectory(string path, bool isDurable) => Make("create the directory", path, () =>
    {
        if (Directory.Exists(path))
            return true;

        string? parent = Path.GetDirectoryName(path);
        if (!string.IsNullOrEmpty(parent))
            CreateDirectory(parent, isDurable);
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        if (isDurable && !string.IsNullOrEmpty(parent))
            SyncDirectory(parent);
        return true;
    });

    /// <inheritdoc/>
    public bool FileExists(string path) => File.Exists(path);

    /// <inheritdoc/>
    public IReadOnlyList<string> ListFiles(string directory) => List(directory, Directory.EnumerateFiles);

    /// <inheritdoc/>
    public IReadOnlyList<string> ListDirectories(string directory) => List(directory, Directory.EnumerateDirectories);

    /// <inheritdoc/>
    public IStoreFile Map(string path, int length, bool preallocate) => Make("map", path, () =>
    {
        if (File.Exists(path))
            return new MappedFile(path, length, preallocate);

        // An attempt that fails would take all that is left for a moment, from others who need less.
        if (preallocate && GetDiskSpace(Path.GetDirectoryName(path)!) is { TotalBytes: > 0 } space
            && space.AvailableBytes < length)
            throw SpaceErrors.Refused(length, space.AvailableBytes);

        try
        {
            return new MappedFile(path, length, preallocate);
        }
        catch
        {
            // Of no use to anybody, and the next start would have to make sense of it.
            TryDelete(path);
            throw;
        }
    });

    /// <inheritdoc/>
    public long GetLength(string path) => Run("read the length of", path, () => new FileInfo(path).Length);

    /// <inheritdoc/>
    public byte[]? TryReadAll(string path) =>
        Run("read", path, () => File.Exists(path) ? File.ReadAllBytes(path) : null);

    /// <inheritdoc/>
    public void WriteAll(string path, ReadOnlySpan<byte> content)
    {
        try
        {
            using SafeFileHandle handle = File.OpenHandle(path, FileMode.Create, FileAccess.Write, FileShare.Read);
            RandomAccess.Write(handle, content, 0);
            RandomAccess.FlushToDisk(handle);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw Failure("write", path, cause, SpaceErrors.IsDiskFull(cause));
        }
    }

    /// <inheritdoc/>
    public void WriteParts(string path, IEnumerable<ReadOnlyMemory<byte>> parts)
    {
        try
        {
            using SafeFileHandle handle = File.OpenHandle(path, FileMode.Create, FileAccess.Write, FileShare.Read);
            long length = 0;
            long flushed = 0;
            foreach (ReadOnlyMemory<byte> part in parts)
            {
                RandomAccess.Write(handle, part.Span, length);
                length += part.Length;
                if (length - flushed < FlushPartsBytes)
                    continue;

                RandomAccess.FlushToDisk(handle);
                flushed = length;
            }

            RandomAccess.FlushToDisk(handle);
        }
        catch (Exception cause) when (cause is IOException and not StoreIOException or UnauthorizedAccessException)
        {
            throw Failure("write", path, cause, SpaceErrors.IsDiskFull(cause));
        }
    }

    /// <inheritdoc/>
    public void Rename(string from, string to) => Make("rename", from, () =>
    {
        File.Move(from, to, overwrite: true);
        return true;
    });

    /// <inheritdoc/>
    public void Delete(string path) => Run("delete", path, () => File.Delete(path));

    /// <inheritdoc/>
    public void DeleteDirectory(string path) => Run("delete the directory", path, () =>
    {
        if (Directory.Exists(path))
            Directory.Delete(path, recursive: true);
    });

    /// <inheritdoc/>
    public void Truncate(string path, long length) => Run("truncate", path, () =>
    {
        using SafeFileHandle handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        if (RandomAccess.GetLength(handle) > length)
            RandomAccess.SetLength(handle, length);
    });

    /// <inheritdoc/>
    public void SyncDirectory(string path) => Run("sync the directory", path, () =>
    {
        // Windows makes names durable with the metadata journal and has no call for it.
        if (!OperatingSystem.IsWindows())
            Posix.SyncDirectory(path);
    });

    /// <inheritdoc/>
    public void Flush(IReadOnlyCollection<string> paths, IReadOnlyCollection<string> directories)
    {
        if (paths.Count + directories.Count > FlushAllThreshold && OperatingSystem.IsLinux())
        {
            FlushFileSystemOf(paths.Concat(directories).First());
            return;
        }

        foreach (string path in paths)
            Run("flush", path, () => FlushIfThere(path));
        foreach (string path in directories)
            SyncIfThere(path);
    }

    /// <inheritdoc/>
    public IDisposable? TryLock(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
        catch (UnauthorizedAccessException cause)
        {
            throw Failure("lock", path, cause, isDiskFull: false);
        }
    }

    /// <inheritdoc/>
    public DiskSpace GetDiskSpace(string path) => Run("ask for the disk space of", path, () =>
    {
        // As df and RocketMQ count: what is free but reserved for others is no part of the disk.
        var drive = new DriveInfo(path);
        long available = drive.AvailableFreeSpace;
        return new DiskSpace(drive.TotalSize - drive.TotalFreeSpace + available, available);
    });

    private static void FlushIfThere(string path)
    {
        try
        {
            using SafeFileHandle handle =
                File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            RandomAccess.FlushToDisk(handle);
        }
        catch (Exception cause) when (cause is FileNotFoundException or DirectoryNotFoundException)
        {
            // Deleted meanwhile, and nobody needs it any more.
        }
    }

    private void SyncIfThere(string directory)
    {
        try
        {
            SyncDirectory(directory);
        }
        catch (StoreIOException cause) when (cause.InnerException is DirectoryNotFoundException)
        {
            // Deleted meanwhile, its names with it.
        }
    }

    /// <summary>Flushes the file system that holds a path, which itself may be deleted meanwhile.</summary>
    [SupportedOSPlatform("linux")]
    private static void FlushFileSystemOf(string path)
    {
        while (true)
        {
            while (!Directory.Exists(path))
                path = Path.GetDirectoryName(path)!;
            try
            {
                Run("flush the file system of", path, () => Posix.SyncFileSystem(path));
                return;
            }
            catch (StoreIOException cause) when (cause.InnerException is DirectoryNotFoundException)
            {
                // Once more with its parent.
            }
        }
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            // What went wrong before is what the caller has to know.
        }
    }

    private static List<string> List(string directory, Func<string, IEnumerable<string>> enumerate) =>
        Run("list", directory, () =>
        {
            List<string> names = Directory.Exists(directory)
                ? [.. enumerate(directory).Select(path => Path.GetFileName(path))]
                : [];
            names.Sort(StringComparer.Ordinal);
            return names;
        });

    private static void Run(string act, string path, Action body) => Run(act, path, () =>
    {
        body();
        return true;
    });

    private static T Run<T>(string act, string path, Func<T> body) => Run(act, path, body, static _ => false);

    /// <summary>Runs an act that changes nothing if there is no space for it.</summary>
    private static T Make<T>(string act, string path, Func<T> body) => Run(act, path, body, SpaceErrors.IsDiskFull);

    private static T Run<T>(string act, string path, Func<T> body, Func<Exception, bool> isDiskFull)
    {
        try
        {
            return body();
        }
        catch (Exception cause) when (cause is IOException and not StoreIOException or UnauthorizedAccessException)
        {
            throw Failure(act, path, cause, isDiskFull(cause));
        }
    }

    private static StoreIOException Failure(string act, string path, Exception cause, bool isDiskFull) =>
        new($"Could not {act} '{path}': {cause.Message}", cause) { IsDiskFull = isDiskFull };
}
