using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Orleans.Streams;
using OrleansMq.Grains.Queues;
using OrleansMq.Messages.Records;
using OrleansMq.Protocol.Remoting;
using OrleansMq.Storage.Reading;
using OrleansMq.Streams.Diagnostics;
using OrleansMq.Streams.Events;

namespace OrleansMq.Streams.Queues;

/// <summary>
/// A queue while an agent on this silo reads it: what Orleans calls its cache, but nothing is out of its reach, since
/// cursors read the log where memory does not go back so far. Used by the agent only, but for
/// <see cref="Wake"/> and <see cref="Lags"/>.
/// </summary>
internal sealed class StreamQueue : IQueueCache
{
    private const int MaxReadBytes = 1024 * 1024;

    private readonly RecentMessages _recent;
    private readonly HashSet<StreamCursor> _cursors = [];
    private readonly List<StreamCursor> _refused = [];
    private readonly HashSet<StreamId> _woken = [];
    private readonly Lock _wakeLock = new();
    private readonly string _provider;
    private readonly EventBodies _bodies;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private TaskCompletionSource _wake = NewWake();
    private List<StreamMessage>? _read;
    private long _readEnd;

    public StreamQueue(
        string provider, LocalQueue log, OrleansMqStreamOptions options, EventBodies bodies, int maxBodyBytes,
        bool isSingle, TimeProvider time, ILogger logger)
    {
        _provider = provider;
        _bodies = bodies;
        _time = time;
        _logger = logger;
        _recent = new RecentMessages(options.CachedMessages, options.CachedBytes);
        Log = log;
        Options = options;
        IsSingle = isSingle;
        Epoch = log.Id.Epoch;
        Reader = new MessageReader(log.Id, options, maxBodyBytes);
    }

    public LocalQueue Log { get; }

    public OrleansMqStreamOptions Options { get; }

    public MessageReader Reader { get; }

    public int Epoch { get; }

    /// <summary>Whether messages are given one by one, so that each can be filtered.</summary>
    public bool IsSingle { get; }

    /// <summary>All below was shown to the agent.</summary>
    public long End => _recent.End;

    /// <summary>Whether the agent is ending. What it gives up then was not tried for long enough.</summary>
    public bool IsEnding => AgentToken.IsCancellationRequested;

    /// <summary>Cancelled as the agent ends.</summary>
    public CancellationToken AgentToken { get; set; }

    /// <summary>How far each subscription was behind at the last checkpoint. May be read by anybody.</summary>
    public IReadOnlyList<SubscriptionLag> Lags { get; private set; } = [];

    public IReadOnlyCollection<StreamCursor> Cursors => _cursors;

    /// <summary>Begins at an offset.</summary>
    public void Begin(long offset)
    {
        _recent.Begin(offset);
        _readEnd = offset;
    }

    /// <summary>
    /// All below is done for every subscription, but for those that were rewound: they are at what was done before.
    /// </summary>
    /// <param name="before">The checkpoint before this one.</param>
    public long GetCheckpoint(long before)
    {
        long lowest = End;
        foreach (StreamCursor cursor in _cursors)
        {
            if (cursor.Position is var position && position >= before)
                lowest = Math.Min(lowest, position);
        }

        return lowest;
    }

    /// <summary>Notes how far each subscription is behind the log's end.</summary>
    public void MeasureLags(long end) => Lags =
    [
        .. _cursors.Where(cursor => cursor.Attempts.Subscription is not null)
            .Select(cursor => new SubscriptionLag(
                cursor.Stream, cursor.Attempts.Subscription!.Value,
                cursor is { IsDrained: true, Current: null } ? 0 : Math.Max(end - cursor.Position, 0))),
    ];

    /// <summary>Reads on; what the agent is to look at, which it adds behind it.</summary>
    public List<IBatchContainer> ReadOn(int maxCount)
    {
        List<IBatchContainer> arrivals = TakeWoken();
        using var records = new OutputBuffer();
        if (_read is not null || Log.Read(_readEnd, maxCount, MaxReadBytes, records) is not { } result)
            return arrivals;

        var read = new List<StreamMessage>(result.Count);
        ReadOnlySpan<byte> rest = records.WrittenSpan;
        while (!rest.IsEmpty && RecordView.TryRead(rest, out RecordView record) == RecordDefect.None)
        {
            read.Add(Reader.Read(record));
            rest = rest[record.Bytes.Length..];
        }

        _readEnd = NextOf(result, _readEnd);
        if (read.Count == 0)
        {
            _recent.Add([], _readEnd);
            return arrivals;
        }

        _read = read;
        var seen = new HashSet<StreamId>();
        foreach (StreamMessage message in read)
        {
            if (seen.Add(message.Stream))
                arrivals.Add(new StreamArrival(message.Stream, new OrleansMqToken(Epoch, message.Offset)));
        }

        return arrivals;
    }

    /// <summary>Ends when there is something to read or somebody to wake, or after a time.</summary>
    public async Task WaitAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        Task wake = _wake.Task;
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(wake, Log.WaitAsync(_readEnd, wait, waiting.Token));
        await waiting.CancelAsync();
    }

    /// <summary>Has the agent look at a stream, whether there is something new or not. Thread-safe.</summary>
    public void Wake(StreamId stream)
    {
        lock (_wakeLock)
        {
            _woken.Add(stream);
            _wake.TrySetResult();
        }
    }

    /// <summary>The cursor that gives a subscription its messages; null if it has none.</summary>
    public StreamCursor? FindCursor(Guid subscription, StreamSequenceToken? token) => _cursors.FirstOrDefault(cursor =>
        cursor.Attempts.Subscription == subscription && cursor.Current is { } current
        && current.SequenceToken.Equals(token));

    public int GetMaxAddCount() => Options.ReadBatch;

    public void AddToCache(IList<IBatchContainer> messages)
    {
        if (_read is not { } read)
            return;

        _read = null;
        _recent.Add(read, _readEnd);
    }

    public bool TryPurgeFromCache([MaybeNullWhen(false)] out IList<IBatchContainer> purgedItems)
    {
        purgedItems = null;
        return false;
    }

    /// <summary>Memory is bounded by itself: nobody has to wait for anybody.</summary>
    public bool IsUnderPressure() => false;

    public IQueueCacheCursor GetCacheCursor(StreamId streamId, StreamSequenceToken? token)
    {
        var cursor = new StreamCursor(this, streamId, StartOf(streamId, token));
        _cursors.Add(cursor);
        return cursor;
    }

    public QueueCacheCursorResult<IQueueCacheCursor> TryGetCacheCursorAtPosition(
        StreamId streamId, StreamSubscriptionStartPosition startPosition) =>
        QueueCacheCursorResult<IQueueCacheCursor>.FromCursor(GetCacheCursor(
            streamId,
            startPosition == StreamSubscriptionStartPosition.EarliestAvailable ? OrleansMqToken.Oldest : null));

    /// <summary>The next cursor of the stream takes the place of this one.</summary>
    public void Refuse(StreamCursor cursor) => _refused.Add(cursor);

    /// <summary>
    /// Forgets a cursor. Not while the agent ends: it disposes all of them before the last checkpoint, for which they
    /// count.
    /// </summary>
    public void Remove(StreamCursor cursor)
    {
        _refused.Remove(cursor);
        if (!IsEnding)
            _cursors.Remove(cursor);
    }

    public EventBatch Pack(StreamCursor cursor, IReadOnlyList<StreamMessage> messages, int firstIndex) =>
        new(_provider, _bodies, cursor.Stream, Epoch, messages, firstIndex, cursor);

    /// <summary>
    /// The next message of a cursor's stream at an offset or behind it, which moves on; more of them go into
    /// <paramref name="ahead"/> if they came out of the log.
    /// </summary>
    public StreamMessage? FindNext(
        StreamCursor cursor, ref long next, StreamMessage? last, Queue<StreamMessage> ahead)
    {
        int scanned = 0;
        if (last is { NextOfStream: >= 0 } && last.NextOfStream > next)
            next = last.NextOfStream;
        else if (last is not null && last.Offset < next && _recent.Holds(last) && last.NextOfStream < 0)
            next = Math.Max(next, End);
        while (next < End)
        {
            if (next >= _recent.Start)
            {
                if (_recent.Find(next) is { } message && message.Stream == cursor.Stream)
                    return message;
                next++;
                continue;
            }

            // Somebody who reads far back must not keep the others of the queue waiting.
            if (scanned >= Options.ScanLimit)
            {
                Wake(cursor.Stream);
                return null;
            }

            long before = next;
            if (!TryScan(cursor, ref next, ahead))
                return null;

            scanned += (int)(next - before);
            if (ahead.TryDequeue(out StreamMessage? found))
                return found;
        }

        return null;
    }

    /// <summary>Reads a piece of the log; false when it is not here any more.</summary>
    private bool TryScan(StreamCursor cursor, ref long next, Queue<StreamMessage> ahead)
    {
        using var records = new OutputBuffer();
        int count = (int)Math.Min(Options.ReadBatch, _recent.Start - next);
        if (Log.Read(next, count, MaxReadBytes, records) is not { } result)
            return false;
        if (result.Status == ReadStatus.BelowMin)
            _logger.Expired(cursor.Stream, next, result.MinOffset);

        ReadOnlySpan<byte> rest = records.WrittenSpan;
        while (!rest.IsEmpty && RecordView.TryRead(rest, out RecordView record) == RecordDefect.None)
        {
            if (Reader.KeyOf(record).SequenceEqual(cursor.Key))
                ahead.Enqueue(Reader.Read(record));
            rest = rest[record.Bytes.Length..];
        }

        next = NextOf(result, next);
        return true;
    }

    /// <summary>Where reading goes on. Never back: an offset beyond the log's end is waited for.</summary>
    private static long NextOf(ReadResult result, long from) => result.Status switch
    {
        ReadStatus.Found or ReadStatus.NoMatch => result.NextOffset,
        ReadStatus.BelowMin => Math.Max(result.MinOffset, from),
        _ => from,
    };

    private CursorStart StartOf(StreamId stream, StreamSequenceToken? token)
    {
        StreamCursor? refused = _refused.Find(cursor => cursor.Stream == stream);
        if (refused is not null)
            _refused.Remove(refused);
        if (token is not OrleansMqToken place)
            return new CursorStart(End, IsDrained: true, Before: refused);
        if (place.IsTime)
            return new CursorStart(OffsetAt(place.SequenceNumber), Before: refused);

        // The subscriber is served from another queue as well, whose offsets say nothing here.
        if (place.Epoch != Epoch)
            return new CursorStart(LowestOf(stream, refused), Before: refused);

        QueueOffsets offsets = Log.Offsets ?? new QueueOffsets(0, long.MaxValue);
        long offset = Math.Clamp(place.SequenceNumber, offsets.Min, Math.Max(offsets.Min, offsets.Max));
        if (offset < place.SequenceNumber)
            _logger.BeyondEnd(stream, place.SequenceNumber, offsets.Max);
        bool isThere = offset == place.SequenceNumber;
        return new CursorStart(offset, isThere ? place.EventIndex : 0, IsAtEvent: isThere, Before: refused);
    }

    private long OffsetAt(long milliseconds) => Math.Max(
        Log.FindByTime(milliseconds) ?? End, Log.Offsets?.Min ?? 0);

    /// <summary>Where the stream's subscribers here are that have something to be given.</summary>
    private long LowestOf(StreamId stream, StreamCursor? refused)
    {
        if (refused is not null)
            return refused.Position;

        long lowest = End;
        foreach (StreamCursor cursor in _cursors)
        {
            if (cursor.Stream == stream)
                lowest = Math.Min(lowest, cursor.Position);
        }

        return lowest;
    }

    private List<IBatchContainer> TakeWoken()
    {
        lock (_wakeLock)
        {
            if (_woken.Count == 0)
                return [];

            // Whoever is new there and does not say where begins behind what was read by now.
            List<IBatchContainer> arrivals =
                [.. _woken.Select(stream => new StreamArrival(stream, new OrleansMqToken(Epoch, End)))];
            _woken.Clear();
            _wake = NewWake();
            return arrivals;
        }
    }

    private static TaskCompletionSource NewWake() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>How far a subscription is behind.</summary>
internal readonly record struct SubscriptionLag(StreamId Stream, Guid Subscription, long Messages);
