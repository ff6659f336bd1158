using System.Text;
using BenchmarkDotNet.Attributes;
using OrleansMq.Bench.Micro.Stores;
using OrleansMq.Broker.Filters;
using OrleansMq.Messages.Properties;
using OrleansMq.Messages.Records;
using OrleansMq.Protocol.Remoting;
using OrleansMq.Storage.Reading;

namespace OrleansMq.Bench.Micro.Benchmarks;

/// <summary>
/// Reading a queue of messages of 1 KiB through a filter that passes one in a hundred; figures are per message looked
/// at. A tag is known from the consume queue, a condition has to look into the log.
/// </summary>
public class FilterBenchmarks : IDisposable
{
    private const int Every = 100;
    private const int MaxBytes = 4 * 1024 * 1024;

    private readonly OutputBuffer _body = new(MaxBytes);
    private readonly IMessageFilter _tag = new TagFilter();
    private readonly IMessageFilter _condition = new SqlCondition("price > 100 AND region IN ('eu', 'us')");
    private BenchStore? _store;

    /// <summary>Opens a store with dispatched records.</summary>
    [GlobalSetup]
    public void Open()
    {
        _store = new BenchStore();
        _store.Append(BenchStore.MaxMessages, PropertiesOf);
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

    /// <summary>By the tag.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = BenchStore.MaxMessages)]
    public int Tag() => ReadAll(_tag);

    /// <summary>By a condition on two properties.</summary>
    [Benchmark(OperationsPerInvoke = BenchStore.MaxMessages)]
    public int Condition() => ReadAll(_condition);

    private static byte[] PropertiesOf(int index) => Encoding.UTF8.GetBytes(
        $"TAGS\u0001{(index % Every == 0 ? "hit" : "other")}\u0002UNIQ_KEY\u00017F0000010A1C3D0B5F4E22{index:D10}\u0002"
        + $"region\u0001{(index % 2 == 0 ? "eu" : "asia")}\u0002price\u0001{(index % Every == 0 ? 500 : 50)}\u0002");

    private int ReadAll(IMessageFilter filter)
    {
        int found = 0;
        for (long next = 0; next < BenchStore.MaxMessages;)
        {
            _body.Clear();
            ReadResult result = _store!.Store.Reader.Read(_store.Queue, next, 32, MaxBytes, filter, _body);
            next = result.NextOffset;
            found += result.Count;
        }

        return found == BenchStore.MaxMessages / Every
            ? found
            : throw new InvalidOperationException($"{found} messages passed, not one in {Every}.");
    }

    private sealed class TagFilter : IMessageFilter
    {
        private readonly int _code = TagHash.Compute("hit");

        public bool MatchesTagsCode(long tagsCode) => (int)tagsCode == _code;
    }

    private sealed class SqlCondition : IMessageFilter
    {
        private readonly SqlFilter _filter;

        public SqlCondition(string text)
        {
            if (!SqlFilter.TryParse(text, SqlFilterLimits.Default, out SqlFilter? filter, out string? problem))
                throw new InvalidOperationException(problem);
            _filter = filter;
        }

        public int StepsPerRead => new SqlFilterOptions().MaxStepsPerPull;

        public bool MatchesTagsCode(long tagsCode) => true;

        public bool Matches(RecordView record, ref int stepsLeft)
        {
            bool isMatch = _filter.Matches(record.Properties, out int steps);
            stepsLeft -= steps;
            return isMatch;
        }
    }
}
