using BenchmarkDotNet.Attributes;
using OrleansMq.Bench.Micro.Stores;

namespace OrleansMq.Bench.Micro.Benchmarks;

/// <summary>Building consume queue entries of records of 1 KiB, each of which is read and checked.</summary>
public class DispatchBenchmarks : IDisposable
{
    private const int Records = BenchStore.MaxMessages;

    private BenchStore? _store;

    /// <summary>Opens a store with records that are not dispatched.</summary>
    [IterationSetup]
    public void Open()
    {
        _store = new BenchStore();
        _store.Append(Records);
    }

    /// <summary>Deletes the store.</summary>
    [IterationCleanup]
    public void Dispose()
    {
        _store?.Dispose();
        _store = null;
        GC.SuppressFinalize(this);
    }

    /// <summary>Dispatches all.</summary>
    [Benchmark(OperationsPerInvoke = Records)]
    public long Pump()
    {
        _store!.Store.Dispatcher.Pump();
        return _store.Store.Dispatcher.DispatchedUntil;
    }
}
