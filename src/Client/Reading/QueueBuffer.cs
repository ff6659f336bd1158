using System.Diagnostics.CodeAnalysis;
using OrleansMq.Client.Receiving;

namespace OrleansMq.Client.Reading;

/// <summary>What a queue's reader is to do next.</summary>
internal enum ReadAction
{
    /// <summary>Wait: the buffer is full, or all was read.</summary>
    Wait,

    /// <summary>Find out at which offset to go on.</summary>
    Resolve,

    /// <summary>Ask for messages.</summary>
    Pull,
}

/// <summary>What a queue's reader is to do next.</summary>
/// <param name="Action">What.</param>
/// <param name="Version">Which seek it belongs to; an outcome counts only while it is the last one.</param>
/// <param name="Target">Where to go on; to be resolved.</param>
/// <param name="Offset">The offset to pull at.</param>
/// <param name="MaxMessages">How many messages there is room for.</param>
/// <param name="MaxBytes">How many bytes there is room for.</param>
internal readonly record struct ReadStep(
    ReadAction Action, int Version, ReadPosition Target, long Offset, int MaxMessages, long MaxBytes);

/// <summary>
/// What was read of a queue and not taken, and where it goes on. Decides what is to be read next; reads nothing.
/// Not thread-safe.
/// </summary>
/// <param name="target">Where to begin.</param>
internal sealed class QueueBuffer(ReadPosition target)
{
    private readonly Queue<ReceivedMessage> _messages = new();
    private ReadPosition? _target = target;
    private long _bytes;
    private long _next;
    private long? _end;

    /// <summary>Counts the seeks.</summary>
    public int Version { get; private set; }

    /// <summary>Messages that wait to be taken.</summary>
    public int Count => _messages.Count;

    /// <summary>Messages that were gone before they could be read.</summary>
    public long Missed { get; private set; }

    /// <summary>The offset of the first message that was not taken; null while it is not known.</summary>
    public long? Position => _target is not null ? null
        : _messages.TryPeek(out ReceivedMessage? first) ? first.QueueOffset
        : _next;

    /// <summary>Where the queue's end was; null if it is not to stop there, or not known yet.</summary>
    public long? End => _end;

    /// <summary>Whether all up to the end was taken.</summary>
    public bool IsOver => _target is null && _messages.Count == 0 && _next >= _end;

    /// <summary>Goes on elsewhere; what was not taken is forgotten.</summary>
    public void Seek(ReadPosition target)
    {
        Version++;
        _target = target;
        _messages.Clear();
        _bytes = 0;
    }

    /// <summary>What is to be done.</summary>
    /// <param name="maxMessages">How many messages may wait.</param>
    /// <param name="maxBytes">How many bytes of them may wait.</param>
    public ReadStep Next(int maxMessages, long maxBytes)
    {
        if (_target is { } target)
            return new ReadStep(ReadAction.Resolve, Version, target, 0, 0, 0);

        // Small pulls cost as much as long ones: half of the room is waited for.
        bool isFull = _messages.Count > maxMessages / 2 || _bytes > maxBytes / 2;
        if (isFull || _next >= _end)
            return new ReadStep(ReadAction.Wait, Version, default, 0, 0, 0);

        long toEnd = _end - _next ?? long.MaxValue;
        return new ReadStep(
            ReadAction.Pull, Version, default, _next, (int)Math.Min(maxMessages - _messages.Count, toEnd),
            Math.Max(1, maxBytes - _bytes));
    }

    /// <summary>Takes in where to go on.</summary>
    /// <param name="version">The step's.</param>
    /// <param name="offset">The offset.</param>
    /// <param name="end">Where to stop; null to follow. Only the first one counts.</param>
    public void Resolved(int version, long offset, long? end)
    {
        _end ??= end;
        if (version != Version)
            return;
        _target = null;
        _next = offset;
    }

    /// <summary>Takes in what a pull found.</summary>
    /// <param name="version">The step's.</param>
    /// <param name="outcome">What it found.</param>
    public void Pulled(int version, PullOutcome outcome)
    {
        if (version != Version)
            return;

        foreach (ReceivedMessage message in outcome.Messages)
        {
            if (message.QueueOffset >= _end)
                break;
            _messages.Enqueue(message);
            _bytes += message.Body.Length;
        }

        if (outcome.Status == PullStatus.OffsetMoved && _next < outcome.MinOffset)
            Missed += Math.Min(outcome.NextOffset, outcome.MinOffset) - _next;
        if (outcome.Status == PullStatus.NoNewMessage && outcome.NextOffset <= _next)
            _end = _end is null ? null : _next;
        _next = outcome.NextOffset;
    }

    /// <summary>Takes the next message.</summary>
    public bool TryTake([NotNullWhen(true)] out ReceivedMessage? message)
    {
        if (!_messages.TryDequeue(out message))
            return false;
        _bytes -= message.Body.Length;
        return true;
    }
}
