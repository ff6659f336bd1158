using System.Diagnostics.CodeAnalysis;
using OrleansMq.Client.Consuming.Offsets;
using OrleansMq.Client.Receiving;
using OrleansMq.Client.Transports;
using OrleansMq.Protocol.Bodies;

namespace OrleansMq.Client.Consuming.Queues;

/// <summary>
/// A queue that this member has: what was pulled of it, what waits, what handlers have, and how far it is done. It
/// begins anew, with another <see cref="Epoch"/>, whenever its position is set: what was handed out before counts no
/// more. Thread-safe.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Sources without timers hold nothing once they are set.")]
internal sealed class AssignedQueue
{
    private readonly Lock _gate = new();
    private readonly ConsumerOptions _options;
    private readonly QueueLimits _limits;
    private readonly PrefetchBudget _budget;
    private readonly CancellationTokenSource _leaving = new();
    private Backlog _backlog;
    private OffsetWindow? _window;
    private CancellationTokenSource _handling = new();
    private CancellationTokenSource _pulling;
    private TaskCompletionSource? _room;
    private TaskCompletionSource? _drained;
    private int _messages;
    private long _bytes;
    private int _handlers;
    private int _staleHandlers;
    private long? _committed;
    private long? _redirected;
    private bool _isLeaving;
    private bool _isClosed;
    private long _lockedUntil = long.MaxValue;

    public AssignedQueue(
        MessageQueueKey key, BrokerAddress broker, ConsumerOptions options, PrefetchBudget budget)
    {
        Key = key;
        Broker = broker;
        _options = options;
        _limits = new QueueLimits(options);
        _budget = budget;
        _backlog = Backlog.Of(options.Order);
        _pulling = CancellationTokenSource.CreateLinkedTokenSource(_leaving.Token);
    }

    /// <summary>Which queue it is.</summary>
    public MessageQueueKey Key { get; }

    /// <summary>Where the queue is; may move with the topic's route.</summary>
    public BrokerAddress Broker { get; set; }

    /// <summary>Why the last pull failed; null if it did not.</summary>
    public string? Problem { get; set; }

    /// <summary>How often the position was set.</summary>
    public int Epoch { get; private set; }

    /// <summary>The loop that fills the queue.</summary>
    public Task Pulling { get; set; } = Task.CompletedTask;

    /// <summary>Set when the queue is pulled no more.</summary>
    public CancellationToken Leaving => _leaving.Token;

    /// <summary>Whether it was given up.</summary>
    public bool IsClosed
    {
        get
        {
            lock (_gate)
                return _isClosed;
        }
    }

    /// <summary>Begins at an offset, and forgets what was under way.</summary>
    /// <param name="offset">The offset.</param>
    /// <param name="committed">What the group has committed; null for nothing.</param>
    /// <param name="epoch">The epoch in which the offset was found; null to begin there whatever happened.</param>
    public void BeginAt(long offset, long? committed, int? epoch = null)
    {
        CancellationTokenSource pulling;
        CancellationTokenSource handling;
        lock (_gate)
        {
            if (_isLeaving || (epoch is { } expected && expected != Epoch))
                return;

            Epoch++;
            _window = new OffsetWindow(offset);
            _committed = committed;
            _staleHandlers = _handlers;
            Forget();
            (pulling, _pulling) = (_pulling, CancellationTokenSource.CreateLinkedTokenSource(_leaving.Token));
            (handling, _handling) = (_handling, new CancellationTokenSource());
        }

        pulling.Cancel();
        _ = handling.CancelAsync();
    }

    /// <summary>A pull was told to go on elsewhere.</summary>
    public void Redirect(long offset, int epoch)
    {
        lock (_gate)
        {
            if (epoch == Epoch)
                _redirected = offset;
        }

        BeginAt(offset, committed: null, epoch);
    }

    /// <summary>The group was sent elsewhere. A pull that was told of it first may have come there already.</summary>
    public void Reset(long offset)
    {
        lock (_gate)
        {
            bool isThere = _redirected == offset;
            _redirected = null;
            if (isThere)
                return;
        }

        BeginAt(offset, committed: offset);
    }

    /// <summary>What the next pull is to ask for; null while the position is not known.</summary>
    public PullPlan? Plan()
    {
        lock (_gate)
        {
            if (_window is null)
                return null;

            long unfinished = _window.Unfinished;
            return new PullPlan(
                Epoch, _window.Next, _limits.RoomOf(_messages, _window.Count),
                unfinished == _committed ? null : unfinished, _pulling.Token);
        }
    }

    /// <summary>Completes when the queue has room for a pull; with whether it holds nothing.</summary>
    public async ValueTask<bool> WaitForRoomAsync()
    {
        while (true)
        {
            Task room;
            lock (_gate)
            {
                if (_window is null || _limits.HasRoom(_messages, _bytes, _window.Count))
                    return _messages == 0;
                _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                room = _room.Task;
            }

            await room.WaitAsync(_leaving.Token).ConfigureAwait(false);
        }
    }

    /// <summary>Takes in what a pull brought; returns how many messages more can be taken.</summary>
    public int Add(IReadOnlyList<ReceivedMessage> messages, long next, int epoch)
    {
        int more = 0;
        int count = 0;
        long bytes = 0;
        lock (_gate)
        {
            if (epoch != Epoch || _isLeaving)
                return 0;

            for (int index = 0; index < messages.Count; index++)
            {
                ReceivedMessage message = messages[index];
                if (message.QueueOffset < _window!.Next)
                    continue;
                _window.Add(message.QueueOffset);
                more += _backlog.Add(message);
                count++;
                bytes += message.Body.Length;
            }

            _window!.Advance(next);
            _messages += count;
            _bytes += bytes;
            _budget.Take(count, bytes);
        }

        return more;
    }

    /// <summary>Hands a message out; false if there is none that may be.</summary>
    /// <param name="now">The time, in ticks of the consumer's clock.</param>
    /// <param name="handed">The message.</param>
    public bool TryTake(long now, out HandedOut handed)
    {
        handed = default;
        lock (_gate)
        {
            // What is handed out in order waits for handlers that have messages of an earlier epoch.
            bool isHeldUp = _staleHandlers > 0 && _options.IsOrdered;
            if (_isLeaving || now >= _lockedUntil || isHeldUp || _backlog.Take() is not { } message)
                return false;

            _handlers++;
            handed = new HandedOut(this, message, Epoch, _handling.Token);
            return true;
        }
    }

    /// <summary>Whether what becomes of a message that was handed out still matters.</summary>
    public bool IsCurrent(in HandedOut handed)
    {
        lock (_gate)
            return handed.Epoch == Epoch && !_isClosed;
    }

    /// <summary>A message is done, and never handed out again; returns how many more can be taken.</summary>
    public int Complete(in HandedOut handed)
    {
        TaskCompletionSource? room = null;
        int more = 0;
        lock (_gate)
        {
            more = EndHandler(handed);
            if (handed.Epoch == Epoch && !_isClosed)
            {
                _window!.Complete(handed.Message.QueueOffset);
                more = _backlog.Finish(handed.Message);
                _messages--;
                _bytes -= handed.Message.Body.Length;
                _budget.Give(1, handed.Message.Body.Length);
                if (_room is not null && _limits.HasMuchRoom(_messages, _bytes, _window.Count))
                    (room, _room) = (_room, null);
            }
        }

        room?.SetResult();
        return more;
    }

    /// <summary>A handler has ended, and its message is not done; returns how many more can be taken.</summary>
    public int PutAside(in HandedOut handed)
    {
        lock (_gate)
            return EndHandler(handed);
    }

    /// <summary>A message that was put aside may be handed out again; returns how many more can be taken.</summary>
    public int Return(in HandedOut handed, ReceivedMessage again)
    {
        lock (_gate)
            return handed.Epoch == Epoch && !_isLeaving ? _backlog.Return(again) : 0;
    }

    /// <summary>The offset to be committed with its epoch; null if there is nothing new.</summary>
    /// <param name="isLast">Whether to commit what was committed before, too.</param>
    public (long Offset, int Epoch)? ToCommit(bool isLast)
    {
        lock (_gate)
        {
            return _window is null || _isClosed || (_window.Unfinished == _committed && !isLast)
                ? null
                : (_window.Unfinished, Epoch);
        }
    }

    /// <summary>An offset was committed.</summary>
    public void Committed(long offset, int epoch)
    {
        lock (_gate)
        {
            if (epoch == Epoch)
                _committed = offset;
        }
    }

    /// <summary>The queue is locked for this member until a time, in ticks of the consumer's clock.</summary>
    public void LockUntil(long time)
    {
        lock (_gate)
            _lockedUntil = time;
    }

    /// <summary>Whether the lock of the queue ended before a time.</summary>
    public bool IsLockOver(long now)
    {
        lock (_gate)
            return now >= _lockedUntil;
    }

    /// <summary>Pulls and hands out nothing more; completes when handlers have no message of it.</summary>
    public Task LeaveAsync()
    {
        Task drained;
        lock (_gate)
        {
            _isLeaving = true;
            if (_handlers == 0)
                drained = Task.CompletedTask;
            else
                drained = (_drained ??= new TaskCompletionSource(
                    TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }

        _leaving.Cancel();
        return drained;
    }

    /// <summary>Tells handlers that they are no longer waited for; what they do then is done elsewhere.</summary>
    public void CancelHandlers() => _ = _handling.CancelAsync();

    /// <summary>Nothing counts any more that handlers still do.</summary>
    public void Close()
    {
        lock (_gate)
        {
            if (_isClosed)
                return;
            _isLeaving = true;
            _isClosed = true;
            Forget();
            _drained?.TrySetResult();
        }

        _leaving.Cancel();
        CancelHandlers();
    }

    /// <summary>How far it is.</summary>
    public ConsumedQueue Describe()
    {
        lock (_gate)
        {
            return new ConsumedQueue(Key.Topic, Key.BrokerName, Key.QueueId)
            {
                Position = _window?.Next,
                Unfinished = _window?.Unfinished,
                Committed = _committed,
                Prefetched = _messages,
                PrefetchedBytes = _bytes,
                Handling = _handlers,
                Problem = Problem,
            };
        }
    }

    private void Forget()
    {
        _backlog = Backlog.Of(_options.Order);
        _budget.Give(_messages, _bytes);
        _messages = 0;
        _bytes = 0;
        _room?.TrySetResult();
        _room = null;
    }

    private int EndHandler(in HandedOut handed)
    {
        _handlers--;
        if (_handlers == 0)
            _drained?.TrySetResult();
        return handed.Epoch != Epoch && --_staleHandlers == 0 ? _backlog.Ready : 0;
    }
}
