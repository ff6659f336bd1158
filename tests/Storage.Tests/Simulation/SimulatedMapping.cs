using System.Buffers;
using OrleansMq.Storage.Files;

namespace OrleansMq.Storage.Tests.Simulation;

/// <summary>A mapping of a simulated file; touching it after it is closed is an error, as it would be a crash.</summary>
internal sealed class SimulatedMapping : MemoryManager<byte>, IStoreFile
{
    private readonly SimulatedFileSystem _files;
    private readonly SimulatedFile _file;
    private readonly Memory<byte> _memory;
    private bool _isDisposed;

    public SimulatedMapping(SimulatedFileSystem files, string path, SimulatedFile file, int length)
    {
        _files = files;
        _file = file;
        _memory = file.Map(length);
        Path = path;
        file.Mappings++;
    }

    public string Path { get; }

    public override Span<byte> GetSpan()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return _memory.Span;
    }

    public void Flush() => Flush(0, _memory.Length);

    public void Flush(int offset, int length) => _files.Flush(Path, _file, offset, length);

    public void Allocate(int offset, int length) => _files.Allocate(Path, _file, offset, length);

    public void Populate(int offset, int length, bool inSinglePages)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        _file.Touch(offset, Math.Min(length, _memory.Length - offset));
    }

    public override MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException();

    public override void Unpin() => throw new NotSupportedException();

    void IDisposable.Dispose() => Dispose(disposing: true);

    protected override void Dispose(bool disposing)
    {
        if (!_isDisposed && !_files.IsCrashed)
            _file.Mappings--;
        _isDisposed = true;
    }
}
