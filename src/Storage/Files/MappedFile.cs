using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;

namespace OrleansMq.Storage.Files;

/// <summary>
/// A real mapped file. A preallocated one keeps its descriptor, so that a failed write-back is reported to the next
/// flush for certain; of the many others the descriptor is closed once the mapping stands.
/// </summary>
[SuppressMessage("ApiDesign", "RS0030", Justification = "This is the port's real side.")]
internal sealed unsafe class MappedFile : MemoryManager<byte>, IStoreFile
{
    private readonly int _length;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _pointer;
    private readonly SafeFileHandle? _handle;
    private int _isDisposed;

    public MappedFile(string path, int length, bool preallocate)
    {
        Path = path;
        _length = length;
        SafeFileHandle handle = OpenHandle(FileMode.OpenOrCreate);
        bool isKept = false;
        try
        {
            Extend(handle, length, preallocate);
            using var map = MemoryMappedFile.CreateFromFile(
                handle, null, length, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: true);
            _view = map.CreateViewAccessor(0, length, MemoryMappedFileAccess.ReadWrite);
            _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _pointer);
            _pointer += _view.PointerOffset;
            _handle = preallocate ? handle : null;
            isKept = preallocate;
        }
        finally
        {
            if (!isKept)
                handle.Dispose();
        }
    }

    public string Path { get; }

    public override Span<byte> GetSpan()
    {
        ObjectDisposedException.ThrowIf(_isDisposed != 0, this);
        return new Span<byte>(_pointer, _length);
    }

    public override MemoryHandle Pin(int elementIndex = 0) => new(_pointer + elementIndex);

    public override void Unpin()
    {
    }

    public void Flush() => Flush(0, _length);

    public void Flush(int offset, int length)
    {
        try
        {
            if (OperatingSystem.IsLinux() && length < _length)
            {
                Posix.SyncMapping(_pointer + offset, length);
                return;
            }

            if (OperatingSystem.IsWindows())
                _view.Flush();
            if (_handle is not null)
            {
                Flush(_handle);
                return;
            }

            using SafeFileHandle handle = OpenHandle(FileMode.Open);
            Flush(handle);
        }
        catch (IOException cause) when (cause is not StoreIOException)
        {
            throw new StoreIOException($"Could not flush '{Path}': {cause.Message}", cause);
        }
    }

    public void Allocate(int offset, int length)
    {
        try
        {
            using SafeFileHandle handle = OpenHandle(FileMode.Open);
            Allocate(handle, offset, length);
        }
        catch (IOException cause)
        {
            throw new StoreIOException($"Could not reserve {length} bytes for '{Path}': {cause.Message}", cause)
            {
                IsDiskFull = SpaceErrors.IsDiskFull(cause),
            };
        }
    }

    public void Populate(int offset, int length, bool inSinglePages)
    {
        length = Math.Min(length, _length - offset);
        if (length > 0 && !(OperatingSystem.IsLinux() && Posix.TryPopulate(_pointer + offset, length, inSinglePages)))
            Touch(offset, length);
    }

    void IDisposable.Dispose() => Dispose(disposing: true);

    protected override void Dispose(bool disposing)
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
            return;

        _view.SafeMemoryMappedViewHandle.ReleasePointer();

        // Not the view's own way, which flushes first: the kernel keeps the pages, and the checkpoint flushes the file.
        _view.SafeMemoryMappedViewHandle.Dispose();
        _view.Dispose();
        _handle?.Dispose();
    }

    private static void Extend(SafeFileHandle handle, int length, bool preallocate)
    {
        long before = RandomAccess.GetLength(handle);
        try
        {
            if (before < length)
                RandomAccess.SetLength(handle, length);
            if (preallocate)
                Allocate(handle, 0, length);
        }
        catch when (before < length)
        {
            // Gives back the blocks that there was space for.
            RandomAccess.SetLength(handle, before);
            throw;
        }
    }

    private static void Flush(SafeFileHandle handle)
    {
        if (OperatingSystem.IsLinux())
            Posix.SyncData(handle);
        else
            RandomAccess.FlushToDisk(handle);
    }

    private static void Allocate(SafeFileHandle handle, int offset, int length)
    {
        // Elsewhere SetLength has reserved the blocks already, or the file system is trusted to have them.
        if (OperatingSystem.IsLinux())
            Posix.Allocate(handle, offset, length);
    }

    /// <summary>Writes nothing, atomically, to each page: an append may run at the same time.</summary>
    private void Touch(int offset, int length)
    {
        int pageBytes = Environment.SystemPageSize;
        for (int at = offset & ~(pageBytes - 1); at < offset + length; at += pageBytes)
            Interlocked.Or(ref *(int*)(_pointer + at), 0);
    }

    private SafeFileHandle OpenHandle(FileMode mode) =>
        File.OpenHandle(Path, mode, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
}
