using OrleansMq.Streams.Events;

namespace OrleansMq.Streams.Queues;

/// <summary>
/// The newest messages of a queue, without gaps, each with a link to the next one of its stream. Not thread-safe.
/// </summary>
internal sealed class RecentMessages(int maxCount, int maxBytes)
{
    private readonly Queue<StreamMessage> _messages = new();
    private readonly Dictionary<long, StreamMessage> _byOffset = [];
    private readonly Dictionary<StreamId, StreamMessage> _newest = [];
    private long _bytes;

    /// <summary>The oldest offset that is here; <see cref="End"/> if none is.</summary>
    public long Start { get; private set; }

    /// <summary>The offset behind the newest.</summary>
    public long End { get; private set; }

    /// <summary>Begins anew at an offset.</summary>
    public void Begin(long offset)
    {
        _messages.Clear();
        _byOffset.Clear();
        _newest.Clear();
        _bytes = 0;
        Start = End = offset;
    }

    /// <summary>
    /// Adds messages, which lie between the end and a new one. Where the log had none to show, nothing is here either.
    /// </summary>
    public void Add(IReadOnlyList<StreamMessage> messages, long newEnd)
    {
        foreach (StreamMessage message in messages)
        {
            _messages.Enqueue(message);
            _byOffset[message.Offset] = message;
            _bytes += message.Body.Length;
            if (_newest.TryGetValue(message.Stream, out StreamMessage? before))
                before.NextOfStream = message.Offset;
            _newest[message.Stream] = message;
        }

        End = newEnd;
        while (_messages.Count > maxCount || (_bytes > maxBytes && _messages.Count > 1))
            Drop(_messages.Dequeue());
    }

    public StreamMessage? Find(long offset) => _byOffset.GetValueOrDefault(offset);

    /// <summary>Whether the link of a message is kept up: it is here itself.</summary>
    public bool Holds(StreamMessage message) =>
        _byOffset.TryGetValue(message.Offset, out StreamMessage? held) && ReferenceEquals(held, message);

    private void Drop(StreamMessage message)
    {
        _byOffset.Remove(message.Offset);
        _bytes -= message.Body.Length;
        Start = message.Offset + 1;
        if (_newest.TryGetValue(message.Stream, out StreamMessage? newest) && ReferenceEquals(newest, message))
            _newest.Remove(message.Stream);
    }
}
