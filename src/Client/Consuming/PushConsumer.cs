using OrleansMq.Client.Consuming.Assigning;
using OrleansMq.Client.Consuming.Handling;
using OrleansMq.Client.Consuming.Offsets;
using OrleansMq.Client.Consuming.Queues;
using OrleansMq.Protocol.Bodies;

namespace OrleansMq.Client.Consuming;

/// <summary>
/// A member of a consumer group that hands messages to a handler. Each message is handed out at least once: until it
/// is acknowledged, or a broker has taken it back, the group's place stays before it. Disposing it stops it.
/// Thread-safe.
/// </summary>
/// <remarks>What is promised, and what is not: docs/concepts/consuming.md.</remarks>
public sealed class PushConsumer : IAsyncDisposable
{
    private readonly OrleansMqClient _client;
    private readonly ConsumerOptions _options;
    private readonly TimeProvider _time;
    private readonly DateTimeOffset _madeAt;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private readonly QueueTable _queues = new();
    private readonly PauseGate _pause = new();
    private readonly IGroupOffsets _offsets;
    private readonly LockKeeper? _locks;
    private readonly HandOver _handOver;
    private readonly HandlerPool _handlers;
    private readonly Rebalancer _rebalancer;
    private readonly ConsumerRequests _requests;
    private Task[] _loops = [];
    private Task? _starting;
    private Task? _stopped;

    internal PushConsumer(OrleansMqClient client, ConsumerOptions options, MessageHandler handler)
    {
        options.Check();
        _client = client;
        _options = options;
        _time = client.Options.Time;
        _madeAt = _time.GetUtcNow();
        _offsets = options.IsBroadcasting
            ? new StoredOffsets(options)
            : new BrokerOffsets(options, client.Connections);
        _locks = options is { IsOrdered: true, IsBroadcasting: false }
            ? new LockKeeper(options, client.Connections, _time)
            : null;
        _handOver = new HandOver(_offsets, _locks, _time);
        _handlers = new HandlerPool(
            options, handler, new Settlement(options, client.Connections, _time), _pause, _time);
        var budget = new PrefetchBudget(options);
        var puller = new QueuePuller(
            client, options, budget, new StartOffsets(options, client.Connections, _offsets), _pause, _handlers);
        _rebalancer = new Rebalancer(client, options, _queues, budget, puller, _handOver, _locks);
        puller.Failed = _rebalancer.Want;
        _requests = new ConsumerRequests(client, options, _queues, handler);
    }

    /// <summary>What the consumer does.</summary>
    public ConsumerState State { get; private set; }

    /// <summary>The group.</summary>
    public string Group => _options.Group;

    /// <summary>The queues that the consumer has now, with how far it is in each; in order.</summary>
    public IReadOnlyList<ConsumedQueue> Queues =>
    [
        .. _queues.All.Select(queue => queue.Describe())
            .OrderBy(queue => queue.Topic, StringComparer.Ordinal)
            .ThenBy(queue => queue.BrokerName, StringComparer.Ordinal)
            .ThenBy(queue => queue.QueueId),
    ];

    /// <summary>
    /// Joins the group and begins to consume; topics and brokers that are not there yet are waited for meanwhile.
    /// </summary>
    /// <exception cref="InvalidOperationException">
    /// It was started before, or the client has a consumer of the group already.
    /// </exception>
    public Task StartAsync(CancellationToken cancellation = default)
    {
        lock (_gate)
        {
            if (State != ConsumerState.Created)
                throw new InvalidOperationException($"The consumer is {State}; it can be started once.");
            State = ConsumerState.Running;
            _starting = StartCoreAsync();
        }

        return _starting.WaitAsync(cancellation);
    }

    /// <summary>
    /// How many messages wait for the group in the queues that this member has, those in its hands included; asked of
    /// the brokers now. Queues whose place is not known yet do not count.
    /// </summary>
    public async ValueTask<long> GetLagAsync(CancellationToken cancellation = default)
    {
        long lag = 0;
        foreach (AssignedQueue queue in _queues.All)
        {
            BrokerClient broker = await _client.Connections.GetAsync(queue.Broker, cancellation).ConfigureAwait(false);
            long end = await broker.GetMaxOffsetAsync(queue.Key.Topic, queue.Key.QueueId, cancellation)
                .ConfigureAwait(false);
            if (queue.Describe().Unfinished is { } unfinished)
                lag += Math.Max(0, end - unfinished);
        }

        return lag;
    }

    /// <summary>Hands out nothing more, and keeps its queues; handlers at work go on.</summary>
    public void Pause() => Change(ConsumerState.Running, ConsumerState.Paused, _pause.Close);

    /// <summary>Hands out again.</summary>
    public void Resume() => Change(ConsumerState.Paused, ConsumerState.Running, _pause.Open);

    /// <summary>
    /// Takes no new messages, waits for handlers, commits how far it is, gives its queues back and leaves the group.
    /// </summary>
    /// <param name="cancellation">
    /// Waits for handlers no longer, as <see cref="ConsumerOptions.ShutdownTimeout"/> does: they are told to end, and
    /// their messages come again.
    /// </param>
    public Task StopAsync(CancellationToken cancellation = default)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_stopped is not null)
                return _stopped;
            State = ConsumerState.Stopping;
            _stopped = stopped.Task;
        }

        // From now on nothing is handed out.
        foreach (AssignedQueue queue in _queues.All)
            _ = queue.LeaveAsync();
        _ = StopCoreAsync(stopped, cancellation);
        return stopped.Task;
    }

    /// <summary>Stops.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task StartCoreAsync()
    {
        await Task.Yield();
        try
        {
            await _client.Heartbeats.JoinAsync(_options.Group, Describe).ConfigureAwait(false);
        }
        catch
        {
            lock (_gate)
                State = ConsumerState.Created;
            throw;
        }

        _client.Requests.GroupChanged += OnGroupChanged;
        _requests.Start();
        _handlers.Start();
        _loops =
        [
            _rebalancer.RunAsync(_stopping.Token),
            CommitAsync(),
            _locks is null ? Task.CompletedTask : RenewLocksAsync(_locks),
        ];
    }

    private async Task StopCoreAsync(TaskCompletionSource stopped, CancellationToken cancellation)
    {
        try
        {
            if (_starting is not null)
                await _starting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await _stopping.CancelAsync().ConfigureAwait(false);
            if (_starting is { IsCompletedSuccessfully: true })
                await LeaveGroupAsync(cancellation).ConfigureAwait(false);
            State = ConsumerState.Stopped;
            stopped.SetResult();
        }
        catch (Exception cause)
        {
            stopped.SetException(cause);
        }
    }

    private async Task LeaveGroupAsync(CancellationToken cancellation)
    {
        _client.Requests.GroupChanged -= OnGroupChanged;
        Task leaving = _handOver.LeaveAsync(_queues.All, _options.ShutdownTimeout, cancellation);
        _pause.Open();
        await Task.WhenAll([leaving, .. _loops]).ConfigureAwait(false);

        // A round that was under way may have taken more.
        AssignedQueue[] late = [.. _queues.All.Where(queue => !queue.IsClosed)];
        await _handOver.LeaveAsync(late, TimeSpan.Zero, cancellation).ConfigureAwait(false);
        _requests.Stop();
        await _client.Heartbeats.LeaveAsync(_options.Group).ConfigureAwait(false);
        foreach (AssignedQueue queue in _queues.All)
            _queues.Remove(queue);
        _ = _handlers.StopAsync();
    }

    private void Change(ConsumerState from, ConsumerState to, Action change)
    {
        lock (_gate)
        {
            if (State != from)
                return;
            State = to;
            change();
        }
    }

    private void OnGroupChanged(string group)
    {
        if (group == _options.Group)
            _rebalancer.Want();
    }

    private async Task CommitAsync()
    {
        using var timer = new PeriodicTimer(_options.CommitInterval, _time);
        while (await NextAsync(timer).ConfigureAwait(false))
            await _offsets.CommitAsync(_queues.All, isLast: false, CancellationToken.None).ConfigureAwait(false);
    }

    private async Task RenewLocksAsync(LockKeeper locks)
    {
        TimeSpan wait = _options.LockInterval;
        while (true)
        {
            await Task.Delay(wait, _time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_stopping.IsCancellationRequested)
                return;

            RenewedLocks renewed = await locks.RenewAsync(_queues.All).ConfigureAwait(false);
            foreach (AssignedQueue queue in renewed.Lost)
            {
                // Another member may be at it by now, so that not even its offset is this one's to commit.
                queue.Close();
                _queues.Remove(queue);
                _rebalancer.Want();
            }

            wait = renewed.IsComplete || _options.RetryDelay > _options.LockInterval
                ? _options.LockInterval
                : _options.RetryDelay;
        }
    }

    private async ValueTask<bool> NextAsync(PeriodicTimer timer)
    {
        try
        {
            return await timer.WaitForNextTickAsync(_stopping.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private ConsumerData Describe() => ConsumerDescription.Of(_options, _madeAt);
}
