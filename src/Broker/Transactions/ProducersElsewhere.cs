using System.Collections.Concurrent;

namespace OrleansMq.Broker.Transactions;

/// <summary>
/// Half messages whose producers are to be looked for at other brokers, and the questions under way there. Nothing
/// here waits: what other machines said is taken up by the worker when it is woken. For the worker's thread alone, but
/// for the ends of calls.
/// </summary>
internal sealed class ProducersElsewhere(TransactionOptions options, TimeProvider time, Action wake)
{
    /// <summary>How long what was found is believed, so that a thousand half messages are one search.</summary>
    private const long FreshMilliseconds = 1_000;

    private readonly Dictionary<string, Search> _searches = new(StringComparer.Ordinal);
    private readonly HashSet<long> _pending = [];
    private readonly ConcurrentQueue<(string Group, IReadOnlyList<string> Brokers)> _found = new();
    private readonly ConcurrentQueue<long> _asked = new();
    private int _turn;
    private int _asking;

    /// <summary>Whether one more question may be under way.</summary>
    private bool MayAsk => _asking < options.MaxQuestionsElsewhere;

    /// <summary>Has a half message's producers looked for; one that is being looked after is passed over.</summary>
    public void Add(ITransactionPeers peers, string group, HalfMessage half)
    {
        if (!_pending.Add(half.PhysicalOffset))
            return;

        if (!_searches.TryGetValue(group, out Search? search))
            _searches.Add(group, search = new Search());
        search.Waiting.Enqueue(half);
        if (search.IsUnderWay || IsFresh(search))
            return;

        search.IsUnderWay = true;
        _ = FindAsync(peers, group);
    }

    /// <summary>
    /// The next half message whose producers were looked for, and the brokers that have some, which may be none. The
    /// caller asks them, or calls <see cref="Drop"/>.
    /// </summary>
    public bool TryTake(out HalfMessage half, out IReadOnlyList<string> brokers)
    {
        TakeUp();
        foreach (Search search in _searches.Values)
        {
            bool mustWait = search.IsUnderWay || (search.Brokers.Count > 0 && !MayAsk);
            if (mustWait || !search.Waiting.TryDequeue(out half))
                continue;

            brokers = search.Brokers;
            return true;
        }

        half = default;
        brokers = [];
        return false;
    }

    /// <summary>Takes in that a half message is not asked about elsewhere.</summary>
    public void Drop(HalfMessage half) => _pending.Remove(half.PhysicalOffset);

    /// <summary>Has brokers ask, each in turn until one has asked a producer.</summary>
    public void Ask(ITransactionPeers peers, IReadOnlyList<string> brokers, TransactionQuestion question)
    {
        _asking++;
        _ = AskAsync(peers, brokers, _turn++ & int.MaxValue, question);
    }

    private bool IsFresh(Search search) => Now - search.FoundAtMilliseconds < FreshMilliseconds;

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    private void TakeUp()
    {
        while (_asked.TryDequeue(out long position))
        {
            _asking--;
            _pending.Remove(position);
        }

        while (_found.TryDequeue(out (string Group, IReadOnlyList<string> Brokers) found))
        {
            Search search = _searches[found.Group];
            search.Brokers = found.Brokers;
            search.FoundAtMilliseconds = Now;
            search.IsUnderWay = false;
        }

        string[] over =
        [
            .. from pair in _searches
               where !pair.Value.IsUnderWay && pair.Value.Waiting.Count == 0 && !IsFresh(pair.Value)
               select pair.Key,
        ];
        foreach (string group in over)
            _searches.Remove(group);
    }

    private async Task FindAsync(ITransactionPeers peers, string group)
    {
        IReadOnlyList<string> brokers = [];
        try
        {
            brokers = await peers.FindProducersAsync(group).ConfigureAwait(false);
        }
        finally
        {
            _found.Enqueue((group, brokers));
            wake();
        }
    }

    private async Task AskAsync(
        ITransactionPeers peers, IReadOnlyList<string> brokers, int first, TransactionQuestion question)
    {
        try
        {
            for (int index = 0; index < brokers.Count; index++)
            {
                if (await peers.AskAsync(brokers[(first + index) % brokers.Count], question).ConfigureAwait(false))
                    return;
            }
        }
        finally
        {
            _asked.Enqueue(question.PhysicalOffset);
            wake();
        }
    }

    private sealed class Search
    {
        public Queue<HalfMessage> Waiting { get; } = new();

        public bool IsUnderWay { get; set; }

        public IReadOnlyList<string> Brokers { get; set; } = [];

        public long FoundAtMilliseconds { get; set; }
    }
}
