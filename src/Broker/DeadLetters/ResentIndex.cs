using System.Buffers.Text;
using Microsoft.Extensions.Logging;
using OrleansMq.Broker.Diagnostics;
using OrleansMq.Broker.Metadata;
using OrleansMq.Storage;
using OrleansMq.Storage.Dispatching;

namespace OrleansMq.Broker.DeadLetters;

/// <summary>
/// The shell around <see cref="ResentLetters"/>: the message that is made from a dead letter names it, so that one
/// append both stores the message and remembers that it was sent. Thread-safe.
/// </summary>
public sealed class ResentIndex : IDispatchTarget
{
    private const long SnapshotIntervalMilliseconds = 2_000;

    private readonly Lock _lock = new();
    private readonly ResentLetters _letters;
    private readonly IndexSnapshot _snapshot;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private MessageStore? _store;

    internal ResentIndex(DeadLetterOptions options, IMetadataFiles files, TimeProvider time, ILogger logger)
    {
        _letters = new ResentLetters(options);
        _snapshot = new IndexSnapshot(files, ResentSnapshot.Name, _lock);
        _time = time;
        _logger = logger;
        LoadSnapshot();
    }

    /// <inheritdoc/>
    public long DurableUntil => _snapshot.DurableUntil;

    /// <summary>How a dead letter was sent again, or null.</summary>
    public ResentLetter? Find(long physicalOffset)
    {
        lock (_lock)
            return _letters.Find(physicalOffset);
    }

    /// <inheritdoc/>
    public void Dispatch(in DispatchedRecord record)
    {
        if (record.DeadLetterFrom.IsEmpty || !Utf8Parser.TryParse(record.DeadLetterFrom, out long from, out _))
            return;

        lock (_lock)
        {
            if (_letters.Sent(from, record.PhysicalOffset, record.StoreTimestamp))
                _snapshot.Changed();
        }
    }

    /// <inheritdoc/>
    public Action? PrepareDurable(long dispatchedUntil)
    {
        lock (_lock)
        {
            // The store asks for the first time while it is being opened.
            if (_store is not null && _letters.ForgetBelow(_store.Log.MinOffset))
                _snapshot.Changed();
            return _snapshot.Prepare(
                dispatchedUntil, _time.GetUtcNow().ToUnixTimeMilliseconds(), SnapshotIntervalMilliseconds,
                () => ResentSnapshot.Encode(dispatchedUntil, _letters.All));
        }
    }

    /// <summary>Connects to the store, which was opened with this as one of its targets.</summary>
    internal void Attach(MessageStore store) => _store = store;

    /// <summary>See <see cref="ResentLetters.Claim"/>.</summary>
    internal ResendClaim Claim(long physicalOffset, bool isForced)
    {
        lock (_lock)
            return _letters.Claim(physicalOffset, isForced);
    }

    /// <summary>See <see cref="ResentLetters.Peek"/>.</summary>
    internal ResendClaim Peek(long physicalOffset, bool isForced, HashSet<long> others)
    {
        lock (_lock)
            return _letters.Peek(physicalOffset, isForced, others);
    }

    /// <summary>See <see cref="ResentLetters.GiveUp"/>.</summary>
    internal void GiveUp(long physicalOffset)
    {
        lock (_lock)
            _letters.GiveUp(physicalOffset);
    }

    private void LoadSnapshot()
    {
        if (_snapshot.TryRead() is not { } content)
            return;

        if (!ResentSnapshot.TryDecode(content, out IReadOnlyList<ResentLetter>? letters, out string? problem))
        {
            _logger.ResentSnapshotUnusable(problem);
            return;
        }

        foreach (ResentLetter letter in letters)
            _letters.Restore(letter);
        _snapshot.Loaded();
    }
}
