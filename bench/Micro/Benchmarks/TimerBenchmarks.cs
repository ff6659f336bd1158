using BenchmarkDotNet.Attributes;
using OrleansMq.Broker.Delays;

namespace OrleansMq.Bench.Micro.Benchmarks;

/// <summary>A timer queue in which ten million messages wait for 30 days, all records of 300 bytes.</summary>
public class TimerBenchmarks
{
    private const int Waiting = 10_000_000;
    private const int Batch = 10_000;
    private const int RecordBytes = 300;
    private const long Span = 30L * 86_400_000;
    private const int PlacesPerCopy = 2_048;

    private readonly TimerEntry[] _due = new TimerEntry[256];
    private readonly TimerEntry[] _copied = new TimerEntry[PlacesPerCopy];
    private TimerQueue _queue = new();
    private Random _random = new(1);
    private TimerCopy? _copy;
    private long _next;
    private long _now;

    /// <summary>Fills the queue.</summary>
    [GlobalSetup]
    public void Fill()
    {
        _queue = new TimerQueue();
        _random = new Random(1);
        _next = 0;
        _now = 0;
        for (int count = 0; count < Waiting; count++)
            Add();
    }

    /// <summary>Gives the memory back.</summary>
    [GlobalCleanup]
    public void Clear() => _queue = new TimerQueue();

    /// <summary>A message begins to wait and the one that is due next comes: the queue keeps its size.</summary>
    [Benchmark(OperationsPerInvoke = Batch)]
    public int AddAndDeliver()
    {
        for (int count = 0; count < Batch; count++)
            Add();
        int delivered = 0;
        while (delivered < Batch)
        {
            int taken = _queue.Take(long.MaxValue, _due.AsSpan(0, Math.Min(_due.Length, Batch - delivered)));
            foreach (TimerEntry entry in _due.AsSpan(0, taken))
            {
                _queue.Remove(entry.PhysicalOffset);
                _now = entry.DueMilliseconds;
            }

            delivered += taken;
        }

        return delivered;
    }

    /// <summary>A piece of a snapshot: so long is the lock held.</summary>
    [Benchmark]
    public int CopyPiece()
    {
        _copy ??= _queue.BeginCopy(_next);
        if (!_copy.MoveNext(_copied, out int count))
        {
            _queue.EndCopy();
            _copy = null;
        }

        return count;
    }

    private void Add()
    {
        _queue.Add(new TimerEntry(_now + _random.NextInt64(Span), _next));
        _next += RecordBytes;
    }
}
