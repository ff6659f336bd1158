using BenchmarkDotNet.Attributes;
using OrleansMq.Bench.Micro.Stores;
using OrleansMq.Messages.Checksums;
using OrleansMq.Storage.Files;

namespace OrleansMq.Bench.Micro.Benchmarks;

/// <summary>
/// Appending records of 1 KiB, beside the least that any log must do: copy the same number of bytes into an equally
/// mapped file, with their CRC32. The goal is a ratio of 2 at most.
/// </summary>
public class AppendBenchmarks : IDisposable
{
    private const int Records = BenchStore.MaxMessages;

    private string _path = "";
    private BenchStore? _store;
    private IStoreFile? _file;
    private byte[] _record = [];

    /// <summary>Opens an empty store, all pages of its log in memory.</summary>
    [IterationSetup(Target = nameof(Append))]
    public void OpenStore() => _store = new BenchStore();

    /// <summary>Deletes the store.</summary>
    [IterationCleanup(Target = nameof(Append))]
    public void CloseStore() => _store!.Dispose();

    /// <summary>Maps an empty file, all its pages in memory.</summary>
    [IterationSetup(Target = nameof(CopyWithChecksum))]
    public void OpenFile()
    {
        using (var store = new BenchStore())
            _record = new byte[store.Append(1)];
        new Random(1).NextBytes(_record);
        _path = Path.Combine(Path.GetTempPath(), $"omq-microbench-{Environment.ProcessId}");
        _file = new MappedFileSystem().Map(_path, BenchStore.FileBytes, preallocate: true);
        _file.Populate(0, BenchStore.FileBytes, inSinglePages: false);
    }

    /// <summary>Deletes the file.</summary>
    [IterationCleanup(Target = nameof(CopyWithChecksum))]
    public void CloseFile()
    {
        _file!.Dispose();
        File.Delete(_path);
    }

    /// <summary>The copy and the checksum alone.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = Records)]
    public uint CopyWithChecksum()
    {
        Span<byte> to = _file!.Memory.Span;
        uint crc = 0;
        for (int index = 0; index < Records; index++)
        {
            _record.CopyTo(to);
            crc ^= Crc32.Compute(_record);
            to = to[_record.Length..];
        }

        return crc;
    }

    /// <summary>The append.</summary>
    [Benchmark(OperationsPerInvoke = Records)]
    public long Append() => _store!.Append(Records);

    /// <inheritdoc/>
    public void Dispose()
    {
        _store?.Dispose();
        _file?.Dispose();
        GC.SuppressFinalize(this);
    }
}
