using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace OrleansMq.Storage.Files;

/// <summary>The calls of Linux and macOS that the framework does not offer.</summary>
[UnsupportedOSPlatform("windows")]
internal static unsafe partial class Posix
{
    private const int AdviceNormal = 0;
    private const int AdviceRandom = 1;
    private const int AdvicePopulateWrite = 23;
    private const int SyncNow = 4;
    private const int ErrorNoEntry = 2;
    private const int ErrorInterrupted = 4;
    private const int ErrorNotSupported = 95;

    /// <summary>Reserves blocks for a range of a file, extending it if need be.</summary>
    public static void Allocate(SafeFileHandle handle, long offset, long length)
    {
        int error;
        do
        {
            error = posix_fallocate(handle, offset, length);
        }
        while (error == ErrorInterrupted);

        if (error != 0 && error != ErrorNotSupported)
            throw new IOException(Marshal.GetPInvokeErrorMessage(error), error);
    }

    /// <summary>Flushes a file's bytes and the metadata needed to read them.</summary>
    public static void SyncData(SafeFileHandle handle) => Check(fdatasync(handle));

    /// <summary>
    /// Flushes a range of a mapped file as <see cref="SyncData"/> does all of it. On Linux: macOS leaves the disk's
    /// cache alone.
    /// </summary>
    [SupportedOSPlatform("linux")]
    public static void SyncMapping(byte* start, int length)
    {
        void* from = PageOf(start);
        Check(msync(from, (nuint)(start + length) - (nuint)from, SyncNow));
    }

    /// <summary>Flushes the names in a directory.</summary>
    public static void SyncDirectory(string path) => WithDescriptor(path, fsync);

    /// <summary>Flushes all of the file system that holds a path.</summary>
    public static void SyncFileSystem(string path) => WithDescriptor(path, syncfs);

    /// <summary>Faults pages in for writing in one call; false where the kernel (before 5.14) cannot.</summary>
    /// <remarks>A folio is as large as the read-ahead that brought it in, if there was one.</remarks>
    public static bool TryPopulate(byte* start, int length, bool inSinglePages)
    {
        void* from = PageOf(start);
        nuint bytes = (nuint)(start + length) - (nuint)from;
        if (inSinglePages)
            _ = madvise(from, bytes, AdviceRandom);
        bool isPopulated = madvise(from, bytes, AdvicePopulateWrite) == 0;
        if (inSinglePages)
            _ = madvise(from, bytes, AdviceNormal);
        return isPopulated;
    }

    private static void* PageOf(byte* start) => (void*)((nuint)start & ~((nuint)Environment.SystemPageSize - 1));

    private static void WithDescriptor(string path, Func<int, int> act)
    {
        int descriptor = open(path, 0);
        Check(descriptor);
        try
        {
            Check(act(descriptor));
        }
        finally
        {
            _ = close(descriptor);
        }
    }

    private static void Check(int result)
    {
        if (result >= 0)
            return;
        string message = Marshal.GetLastPInvokeErrorMessage();
        throw Marshal.GetLastPInvokeError() == ErrorNoEntry
            ? new DirectoryNotFoundException(message)
            : new IOException(message);
    }

    [LibraryImport("libc")]
    private static partial int posix_fallocate(SafeFileHandle handle, long offset, long length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fdatasync(SafeFileHandle handle);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fsync(int descriptor);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int syncfs(int descriptor);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int msync(void* start, nuint length, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int madvise(void* start, nuint length, int advice);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int descriptor);
}
