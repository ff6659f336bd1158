using BenchmarkDotNet.Attributes;
using OrleansMq.Bench.Micro.Stores;
using OrleansMq.Protocol.Remoting;
using OrleansMq.Storage.Reading;

namespace OrleansMq.Bench.Micro.Benchmarks;

/// <summary>Reading messages of 1 KiB out of a queue, 32 at a time as a pull does; figures are per message.</summary>
public class PullBenchmarks : IDisposable
{
    private const int Messages = 32;
    private const int MaxBytes = 1024 * 1024;

    private readonly OutputBuffer _body = new(MaxBytes);
    private BenchStore? _store;
    private long _next;

    /// <summary>Opens a store with dispatched records.</summary>
    [GlobalSetup]
    public void Open()
    {
        _store = new BenchStore();
        _store.Append(BenchStore.MaxMessages);
        _store.Store.Dispatcher.Pump();
    }

    /// <summary>Deletes the store.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        _store?.Dispose();
        _store = null;
        _body.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Reads the next messages of the queue, from the beginning again after its end.</summary>
    [Benchmark(OperationsPerInvoke = Messages)]
    public int Read()
    {
        _body.Clear();
        ReadResult result = _store!.Store.Reader.Read(_store.Queue, _next, Messages, MaxBytes, null, _body);
        _next = result.NextOffset > BenchStore.MaxMessages - Messages ? 0 : result.NextOffset;
        return _body.Length;
    }
}
