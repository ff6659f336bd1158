using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using OrleansMq.Client.Sending;

namespace OrleansMq.Client.Producing;

/// <summary>All messages of a producer that are not settled: so many and no more. Thread-safe.</summary>
internal sealed class PendingSends(ProducerOptions options, ClientOptions client)
{
    private const int MaxPooled = 4_096;
    private const string HalfMessageProperty = "TRAN_MSG";
    private const string RequestProperty = "REPLY_TO_CLIENT";

    private readonly TimeProvider _time = client.Time;
    private readonly Lock _gate = new();
    private readonly ConcurrentQueue<PendingSend> _pool = new();
    private int _messages;
    private long _bytes;
    private bool _isClosed;
    private TaskCompletionSource? _changed;

    /// <summary>Makes room for a message if there is any.</summary>
    /// <exception cref="ObjectDisposedException">The producer is closed.</exception>
    public bool TryEnter(Message message, [NotNullWhen(true)] out PendingSend? pending)
    {
        pending = TryTakeRoom(message.Body.Length, out _) ? Make(message, DeadlineFromNow()) : null;
        return pending is not null;
    }

    /// <summary>Makes room for a message; waits while there is none.</summary>
    /// <exception cref="ObjectDisposedException">The producer is closed.</exception>
    /// <exception cref="SendFailedException">There was no room in time.</exception>
    public async ValueTask<PendingSend> EnterAsync(Message message, CancellationToken cancellation)
    {
        long deadline = DeadlineFromNow();
        while (!TryTakeRoom(message.Body.Length, out Task? changed))
        {
            TimeSpan left = _time.GetElapsedTime(_time.GetTimestamp(), deadline);
            if (left <= TimeSpan.Zero)
                throw NoRoom(message);

            await changed.WaitAsync(left, _time, cancellation).ConfigureAwait(
                ConfigureAwaitOptions.SuppressThrowing);
            cancellation.ThrowIfCancellationRequested();
        }

        return Make(message, deadline);
    }

    /// <summary>Gives a settled message's room back.</summary>
    public void Settled(int bytes)
    {
        TaskCompletionSource? changed;
        lock (_gate)
        {
            _messages--;
            _bytes -= bytes;
            (changed, _changed) = (_changed, null);
        }

        changed?.SetResult();
    }

    /// <summary>Takes a message back whose outcome was read.</summary>
    public void Return(PendingSend pending)
    {
        if (_pool.Count < MaxPooled)
            _pool.Enqueue(pending);
    }

    /// <summary>Takes no further messages; completes when all are settled.</summary>
    public async Task CloseAsync()
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                _isClosed = true;
                if (_messages == 0)
                    return;
                changed = Changed();
            }

            await changed.ConfigureAwait(false);
        }
    }

    private SendFailedException NoRoom(Message message) => new(
        message.Topic, 0, mayBeStored: false,
        $"the producer has {options.MaxPendingMessages} messages or {options.MaxPendingBytes} bytes under way, and "
        + "none was settled in time. Send slower, or raise MaxPendingMessages and MaxPendingBytes.",
        null);

    private bool TryTakeRoom(int bytes, [NotNullWhen(false)] out Task? changed)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isClosed, typeof(Producer));

            // A message that is larger than the limit goes when it is alone.
            if (_messages < options.MaxPendingMessages && (_bytes + bytes <= options.MaxPendingBytes || _messages == 0))
            {
                _messages++;
                _bytes += bytes;
                changed = null;
                return true;
            }

            changed = Changed();
            return false;
        }
    }

    private Task Changed() =>
        (_changed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    private PendingSend Make(Message message, long deadline)
    {
        if (!_pool.TryDequeue(out PendingSend? pending))
            pending = new PendingSend(this);
        pending.Outgoing = OutgoingMessage.Of(message, _time);
        pending.Bytes = message.Body.Length;
        pending.Deadline = deadline;
        pending.TravelsAlone = !options.IsBatching || message.DeliverAt is not null || message.DelayLevel != 0
            || message.Body.Length >= client.CompressBodiesFromBytes
            || IsSpecial(message.Properties);
        return pending;
    }

    /// <summary>Brokers do more with half messages and requests than store them; in a batch they do not.</summary>
    private static bool IsSpecial(IReadOnlyDictionary<string, string>? properties) => properties is not null
        && (properties.ContainsKey(HalfMessageProperty) || properties.ContainsKey(RequestProperty));

    private long DeadlineFromNow() =>
        _time.GetTimestamp() + (long)(options.SendTimeout.TotalSeconds * _time.TimestampFrequency);
}
