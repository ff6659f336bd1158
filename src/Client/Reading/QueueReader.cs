using System.Diagnostics.CodeAnalysis;
using OrleansMq.Client.Brokers;
using OrleansMq.Client.Receiving;
using OrleansMq.Client.Routing;
using OrleansMq.Client.Transports;
using OrleansMq.Protocol.Codes;

namespace OrleansMq.Client.Reading;

/// <summary>
/// Reads one queue ahead of who takes its messages, as long as there is room. At the end of the queue its broker holds
/// the pull; while a broker cannot be reached it tries again, and goes on where it was. Thread-safe.
/// </summary>
internal sealed class QueueReader : IDisposable
{
    /// <summary>
    /// A broker that lacks a topic may not have heard of it yet; after so many tries in a row it has.
    /// </summary>
    private const int MaxRefusals = 6;

    private readonly TopicReader _reader;
    private readonly OrleansMqClient _client;
    private readonly ReadOptions _options;
    private readonly Lock _gate = new();
    private readonly QueueBuffer _buffer;
    private CancellationTokenSource _step;
    private TaskCompletionSource _changed = NewSignal();
    private TaskCompletionSource _placed = NewSignal();
    private bool _isListed;
    private bool _isOver;
    private Exception? _failure;
    private int _failures;
    private int _refusals;

    public QueueReader(TopicReader reader, OrleansMqClient client, TopicQueue queue, ReadPosition from)
    {
        _reader = reader;
        _client = client;
        _options = reader.Options;
        Queue = queue;
        _buffer = new QueueBuffer(from);
        _step = CancellationTokenSource.CreateLinkedTokenSource(reader.Stopping);
    }

    /// <summary>The queue.</summary>
    public TopicQueue Queue { get; }

    /// <summary>Completes when it is known where the reader is.</summary>
    public Task Placed
    {
        get
        {
            lock (_gate)
                return _placed.Task;
        }
    }

    /// <summary>The offset of the first message that was not taken; null while it is not known.</summary>
    public long? Position
    {
        get
        {
            lock (_gate)
                return _buffer.Position;
        }
    }

    /// <summary>Messages that wait to be taken.</summary>
    public int BufferedCount
    {
        get
        {
            lock (_gate)
                return _buffer.Count;
        }
    }

    /// <summary>Messages that were gone before they could be read.</summary>
    public long Missed
    {
        get
        {
            lock (_gate)
                return _buffer.Missed;
        }
    }

    /// <summary>Reads until the reader stops. Never fails.</summary>
    public async Task RunAsync()
    {
        try
        {
            while (!_reader.Stopping.IsCancellationRequested)
                await StepAsync().ConfigureAwait(false);
        }
        catch (Exception cause)
        {
            _reader.Fail(cause);
        }
    }

    /// <summary>Goes on elsewhere, at once; what was not taken is forgotten.</summary>
    public void Seek(ReadPosition target)
    {
        CancellationTokenSource step;
        lock (_gate)
        {
            _buffer.Seek(target);
            step = _step;
            _step = CancellationTokenSource.CreateLinkedTokenSource(_reader.Stopping);
            if (_placed.Task.IsCompleted && _failure is null)
                _placed = NewSignal();
            if (_isOver)
                _reader.GoesOn();
            _isOver = false;
            Signal();
        }

        step.Cancel();
        step.Dispose();
    }

    /// <summary>Takes the next message. Called for queues that are listed as ready.</summary>
    public bool TryTake([NotNullWhen(true)] out ReceivedMessage? message)
    {
        lock (_gate)
        {
            bool isTaken = _buffer.TryTake(out message);
            _isListed = _buffer.Count > 0;
            if (_isListed)
                _reader.List(this);
            if (isTaken && _buffer.Count <= _reader.MaxMessagesOfQueue / 2)
                Signal();
            NoteEnd();
            return isTaken;
        }
    }

    /// <summary>Whoever waits for its place is told that reading failed.</summary>
    public void Fail(Exception cause)
    {
        lock (_gate)
        {
            _failure = cause;
            if (!_placed.TrySetException(cause))
                _placed = NewSignal();
            _placed.TrySetException(cause);

            // Nobody need have waited.
            _ = _placed.Task.Exception;
        }
    }

    public void Dispose() => _step.Dispose();

    private async Task StepAsync()
    {
        ReadStep step;
        Task changed;
        CancellationToken cancellation;
        lock (_gate)
        {
            step = _buffer.Next(_reader.MaxMessagesOfQueue, _reader.MaxBytesOfQueue);
            if (_changed.Task.IsCompleted)
                _changed = NewSignal();
            changed = _changed.Task;
            cancellation = _step.Token;
        }

        try
        {
            if (step.Action == ReadAction.Wait)
                await changed.WaitAsync(_reader.Stopping).ConfigureAwait(false);
            else if (step.Action == ReadAction.Resolve)
                await ResolveAsync(step, cancellation).ConfigureAwait(false);
            else
                await PullAsync(step, cancellation).ConfigureAwait(false);
            (_failures, _refusals) = (0, 0);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // It goes on elsewhere, or not at all.
        }
        catch (Exception cause) when (Failures.IsOfBroker(cause) && !IsFinal(cause))
        {
            // A broker that comes back may lack the topic once more, for a moment.
            _refusals = cause is RemotingException ? _refusals + 1 : 0;
            await WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    private async Task PullAsync(ReadStep step, CancellationToken cancellation)
    {
        BrokerClient broker = await ConnectAsync(cancellation).ConfigureAwait(false);
        var pull = new PullRequest(_reader.PullGroup, _reader.Topic, Queue.QueueId, step.Offset)
        {
            MaxMessages = step.MaxMessages,
            MaxBytes = (int)Math.Min(step.MaxBytes, int.MaxValue),
            Wait = _options.StopsAtEnd ? TimeSpan.Zero : _options.HoldTime,
            Expression = _options.Filter.Expression,
            ExpressionType = _options.Filter.ExpressionType,
        };
        PullOutcome outcome = await broker.PullAsync(pull, cancellation).ConfigureAwait(false);
        foreach (ReceivedMessage message in outcome.Messages)
            message.BrokerName = Queue.BrokerName;
        lock (_gate)
        {
            _buffer.Pulled(step.Version, outcome);
            if (_buffer.Count > 0 && !_isListed)
            {
                _isListed = true;
                _reader.List(this);
            }

            NoteEnd();
        }
    }

    private async Task ResolveAsync(ReadStep step, CancellationToken cancellation)
    {
        BrokerClient broker = await ConnectAsync(cancellation).ConfigureAwait(false);
        long? end = _options.StopsAtEnd
            ? _buffer.End ?? await broker.GetMaxOffsetAsync(_reader.Topic, Queue.QueueId, cancellation)
                .ConfigureAwait(false)
            : null;
        long offset = await OffsetOfAsync(broker, step.Target, cancellation).ConfigureAwait(false);
        lock (_gate)
        {
            _buffer.Resolved(step.Version, offset, end);
            if (_buffer.Position is not null)
                _placed.TrySetResult();
            NoteEnd();
        }
    }

    private async ValueTask<long> OffsetOfAsync(
        BrokerClient broker, ReadPosition position, CancellationToken cancellation)
    {
        (string topic, int queueId) = (_reader.Topic, Queue.QueueId);
        ReadPositionKind kind = position.Kind;
        if (ReadOptions.NeedsGroup(position))
        {
            if (await broker.QueryOffsetAsync(_options.Group!, topic, queueId, cancellation)
                .ConfigureAwait(false) is { } committed)
                return committed;
            kind = kind == ReadPositionKind.Committed ? ReadPositionKind.Earliest : ReadPositionKind.Latest;
        }

        return kind switch
        {
            ReadPositionKind.Earliest =>
                await broker.GetMinOffsetAsync(topic, queueId, cancellation).ConfigureAwait(false),
            ReadPositionKind.Latest =>
                await broker.GetMaxOffsetAsync(topic, queueId, cancellation).ConfigureAwait(false),
            ReadPositionKind.Time => await broker.SearchOffsetAsync(
                topic, queueId, DateTimeOffset.FromUnixTimeMilliseconds(position.Value), cancellation)
                .ConfigureAwait(false),
            _ => position.Value,
        };
    }

    /// <summary>The queue's broker, wherever it is by now.</summary>
    private async ValueTask<BrokerClient> ConnectAsync(CancellationToken cancellation)
    {
        TopicRoute? route = await _client.Routes.FindAsync(_reader.Topic, cancellation).ConfigureAwait(false);
        if (route is not null)
            _reader.SeeRoute(route);
        BrokerAddress address = route?.FindBroker(Queue.BrokerName) ?? Queue.Broker;
        return await _client.Connections.GetAsync(address, cancellation).ConfigureAwait(false);
    }

    private async Task WaitAsync(CancellationToken cancellation)
    {
        ClientOptions options = _client.Options;
        double milliseconds = options.ReconnectDelay.TotalMilliseconds * Math.Pow(2, Math.Min(_failures++, 20));
        TimeSpan delay = TimeSpan.FromMilliseconds(Math.Min(milliseconds, options.MaxReconnectDelay.TotalMilliseconds));
        _client.Routes.Invalidate(_reader.Topic);
        await Task.Delay(delay, options.Time, cancellation)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Whether waiting cannot help.</summary>
    private bool IsFinal(Exception cause) => cause is RemotingException refusal && refusal.Code switch
    {
        ResponseCode.SystemBusy or ResponseCode.ServiceNotAvailable or ResponseCode.FlowControl
            or ResponseCode.NotLeaderForQueue or ResponseCode.GoAway => false,
        ResponseCode.TopicNotExist or ResponseCode.NoPermission or ResponseCode.SystemError
            or ResponseCode.SubscriptionGroupNotExist => _refusals >= MaxRefusals,
        _ => true,
    };

    private void NoteEnd()
    {
        if (_isOver || !_buffer.IsOver)
            return;
        _isOver = true;
        _reader.IsOver();
    }

    private void Signal() => _changed.TrySetResult();

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
