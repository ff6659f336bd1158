using System.Text;
using Orleans.Streams;
using OrleansMq.Streams.Events;

namespace OrleansMq.Streams.Queues;

/// <summary>
/// How far one subscription is in a queue. It reads what is in memory if it is near the end, else from the log: whoever
/// is slow holds up nobody. Used by the queue's agent only, and read by others.
/// </summary>
internal sealed class StreamCursor : IQueueCacheCursor
{
    private readonly StreamQueue _queue;
    private readonly Queue<StreamMessage> _ahead = new();
    private EventBatch? _current;
    private StreamMessage? _last;
    private long _next;
    private long _singlyUntil;
    private int _firstIndex;
    private bool _isAtEvent;
    private bool _isAgain;
    private bool _isDisposed;

    public StreamCursor(StreamQueue queue, StreamId stream, CursorStart start)
    {
        _queue = queue;
        Stream = stream;
        Key = Encoding.UTF8.GetBytes(stream.GetKeyAsString());
        _next = start.Offset;
        _firstIndex = start.Index;
        _isAtEvent = start.IsAtEvent;
        IsDrained = start.IsDrained;
        if (start.Before is { } before)
        {
            Attempts = new DeliveryAttempts(before.Attempts);
            _singlyUntil = before._singlyUntil;
        }
    }

    public StreamId Stream { get; }

    public byte[] Key { get; }

    public string Topic => _queue.Log.Id.Topic;

    /// <summary>What came of giving the subscriber the current messages.</summary>
    public DeliveryAttempts Attempts { get; private set; } = new();

    /// <summary>Whether there is nothing for the subscriber up to the end of what was read.</summary>
    public bool IsDrained { get; private set; }

    /// <summary>The messages that the subscriber was given, or is about to be.</summary>
    public EventBatch? Current => _current;

    /// <summary>All below is done as far as the subscription goes.</summary>
    public long Position
    {
        get
        {
            if (_current is { } current)
                return current.Messages[0].Offset;
            if (IsDrained)
                return Math.Max(_next, _queue.End);
            return _ahead.TryPeek(out StreamMessage? first) ? first.Offset : _next;
        }
    }

    /// <summary>The subscriber said that it is elsewhere: another cursor takes the place of this one.</summary>
    public void Refuse() => _queue.Refuse(this);

    /// <summary>The subscriber has the current messages.</summary>
    public void Delivered(EventBatch batch)
    {
        if (!ReferenceEquals(batch, _current))
            return;

        Attempts.Succeed();
        Settle();
    }

    /// <summary>
    /// Of several messages one failed, nobody knows which: each is given on its own next, so that only that one is
    /// tried again and again.
    /// </summary>
    public void GiveSingly(EventBatch batch)
    {
        if (ReferenceEquals(batch, _current))
        {
            _isAgain = true;
            _singlyUntil = batch.Messages[^1].Offset + 1;
        }
    }

    public IBatchContainer? GetCurrent(out Exception? exception)
    {
        exception = null;
        return _current;
    }

    public bool MoveNext()
    {
        if (_isDisposed)
            return false;

        // Without a word from the filter the messages were not meant for the subscriber, or became dead letters.
        Settle();
        if (Take() is not { } first)
            return false;

        var messages = new List<StreamMessage> { first };
        int bytes = first.Body.Length;
        bool isSingle = _isAtEvent || first.Offset < _singlyUntil || _queue.IsSingle || first.Context is not null;
        while (!isSingle && messages.Count < _queue.Options.MaxMessagesPerDelivery
            && bytes < _queue.Options.MaxBytesPerDelivery && Take() is { } message)
        {
            if (message.Context is not null)
            {
                PutBack(message);
                break;
            }

            messages.Add(message);
            bytes += message.Body.Length;
        }

        IsDrained = false;
        _current = _queue.Pack(this, messages, _firstIndex);
        _firstIndex = 0;
        _isAtEvent = false;
        return true;
    }

    /// <summary>
    /// The agent found something new of the stream, from there on; nothing before it if the cursor was at the end.
    /// </summary>
    public void Refresh(StreamSequenceToken token)
    {
        if (!IsDrained || _current is not null || token is not OrleansMqToken { IsTime: false } found)
            return;

        _next = Math.Max(_next, found.SequenceNumber);
        IsDrained = _next >= _queue.End;
    }

    public void RecordDeliveryFailure()
    {
        // The failure handler makes it a dead letter.
    }

    public void Dispose()
    {
        _isDisposed = true;
        _queue.Remove(this);
    }

    /// <summary>The cursor has done with its current messages, one way or another.</summary>
    private void Settle()
    {
        if (_current is not { } done)
            return;

        _current = null;
        if (_isAgain)
        {
            _isAgain = false;
            _ahead.Clear();
            _last = null;
            _next = done.Messages[0].Offset;
            return;
        }

        Attempts.Reset();
    }

    private void PutBack(StreamMessage message)
    {
        StreamMessage[] behind = [.. _ahead];
        _ahead.Clear();
        _ahead.Enqueue(message);
        foreach (StreamMessage one in behind)
            _ahead.Enqueue(one);
    }

    private StreamMessage? Take()
    {
        StreamMessage? message = _ahead.TryDequeue(out StreamMessage? ahead)
            ? ahead
            : _queue.FindNext(this, ref _next, _last, _ahead);
        if (message is null)
        {
            IsDrained = _next >= _queue.End;
            return null;
        }

        _last = message;
        if (_ahead.Count == 0)
            _next = Math.Max(_next, message.Offset + 1);
        return message;
    }
}
