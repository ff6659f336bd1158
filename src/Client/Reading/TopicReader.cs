using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using OrleansMq.Client.Receiving;
using OrleansMq.Client.Routing;
using OrleansMq.Protocol.Bodies;

namespace OrleansMq.Client.Reading;

/// <summary>
/// Reads the messages of a topic, those of each queue in their order. It reads ahead within its limits, and goes on
/// exactly where it was after a connection or a broker was gone. Messages are taken by one caller at a time; all else
/// is thread-safe.
/// </summary>
/// <example><code>
/// await using TopicReader reader = await mq.OpenReaderAsync("Orders");
/// await foreach (ReceivedMessage message in reader)
///     Console.WriteLine(message.MessageId);
/// </code></example>
public sealed class TopicReader : IAsyncEnumerable<ReceivedMessage>, IAsyncDisposable
{
    /// <summary>RocketMQ's group of tools: it exists everywhere, and its offsets mean nothing to anybody.</summary>
    private const string GroupOfTools = "TOOLS_CONSUMER";

    private readonly OrleansMqClient _client;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Channel<QueueReader> _ready = Channel.CreateUnbounded<QueueReader>();
    private readonly Lock _gate = new();
    private readonly List<Task> _running = [];
    private volatile QueueReader[] _queues = [];
    private volatile bool _isDisposed;
    private Exception? _failure;
    private TopicRoute _route;
    private ReadPosition _fromOfNew;
    private int _unfinished;

    private TopicReader(OrleansMqClient client, string topic, ReadOptions options, TopicRoute route)
    {
        _client = client;
        Topic = topic;
        Options = options;
        _route = route;
    }

    /// <summary>The topic.</summary>
    public string Topic { get; }

    /// <summary>Messages that retention had removed before this reader got to them.</summary>
    public long Missed => _queues.Sum(queue => queue.Missed);

    /// <summary>
    /// The offset of the first message of each queue that was not taken; of queues where that is known by now.
    /// </summary>
    public IReadOnlyDictionary<MessageQueueKey, long> Positions => _queues
        .Select(reader => (reader.Queue, reader.Position))
        .Where(place => place.Position is not null)
        .ToDictionary(
            place => new MessageQueueKey(Topic, place.Queue.BrokerName, place.Queue.QueueId),
            place => place.Position!.Value);

    /// <summary>Messages that were read ahead.</summary>
    internal int BufferedCount => _queues.Sum(queue => queue.BufferedCount);

    internal ReadOptions Options { get; }

    internal string PullGroup => Options.Group ?? GroupOfTools;

    internal CancellationToken Stopping => _stopping.Token;

    internal int MaxMessagesOfQueue => Math.Max(1, Options.MaxBufferedMessages / Math.Max(1, _queues.Length));

    internal long MaxBytesOfQueue => Math.Max(1, Options.MaxBufferedBytes / Math.Max(1, _queues.Length));

    /// <summary>
    /// Waits for the next message; null when all that was there is read, see <see cref="ReadOptions.StopsAtEnd"/>.
    /// </summary>
    /// <exception cref="RemotingException">A broker refuses for good: the topic was deleted, say.</exception>
    public async ValueTask<ReceivedMessage?> ReadAsync(CancellationToken cancellation = default)
    {
        while (true)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (TryRead(out ReceivedMessage? message))
                return message;
            if (!await _ready.Reader.WaitToReadAsync(cancellation).ConfigureAwait(false))
            {
                ObjectDisposedException.ThrowIf(_isDisposed, this);
                return null;
            }
        }
    }

    /// <summary>Takes the next message if one was read ahead.</summary>
    public bool TryRead([NotNullWhen(true)] out ReceivedMessage? message)
    {
        while (_ready.Reader.TryRead(out QueueReader? queue))
        {
            if (queue.TryTake(out message))
                return true;
        }

        message = null;
        return false;
    }

    /// <summary>All further messages; what is not taken waits for the next enumeration.</summary>
    public async IAsyncEnumerator<ReceivedMessage> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        while (await ReadAsync(cancellationToken).ConfigureAwait(false) is { } message)
            yield return message;
    }

    /// <summary>
    /// Goes on elsewhere in all queues. No message from before is handed out once this was called; when the task
    /// completes, the place is fixed.
    /// </summary>
    /// <exception cref="InvalidOperationException">All that was there is read already.</exception>
    public Task SeekAsync(ReadPosition position, CancellationToken cancellation = default)
    {
        QueueReader[] queues;
        lock (_gate)
        {
            _fromOfNew = FixedNow(position);
            queues = _queues;
        }

        return SeekAsync(queues, position, cancellation);
    }

    /// <summary>The same for one queue.</summary>
    /// <exception cref="ArgumentException">The reader does not read this queue.</exception>
    public Task SeekAsync(
        string brokerName, int queueId, ReadPosition position, CancellationToken cancellation = default) =>
        SeekAsync([Find(brokerName, queueId)], position, cancellation);

    /// <summary>
    /// Commits for the group that all messages are done that were taken so far, the one in hand too.
    /// </summary>
    /// <exception cref="InvalidOperationException">The reader has no group.</exception>
    public async Task CommitAsync(CancellationToken cancellation = default)
    {
        string group = Options.Group ?? throw new InvalidOperationException(
            $"A reader commits for a group; set {nameof(ReadOptions)}.{nameof(ReadOptions.Group)}.");
        foreach (QueueReader queue in _queues)
        {
            if (queue.Position is not { } position)
                continue;
            TopicRoute? route = await _client.Routes.FindAsync(Topic, cancellation).ConfigureAwait(false);
            BrokerClient broker = await _client.Connections.GetAsync(
                route?.FindBroker(queue.Queue.BrokerName) ?? queue.Queue.Broker, cancellation).ConfigureAwait(false);
            await broker.CommitOffsetAsync(group, Topic, queue.Queue.QueueId, position, cancellation)
                .ConfigureAwait(false);
        }
    }

    /// <summary>Stops reading, at once.</summary>
    public async ValueTask DisposeAsync()
    {
        Task[] running;
        lock (_gate)
        {
            if (_isDisposed)
                return;
            _isDisposed = true;
            running = [.. _running];
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(running).ConfigureAwait(false);
        _ready.Writer.TryComplete();
        foreach (QueueReader queue in _queues)
            queue.Dispose();
        _stopping.Dispose();
    }

    internal static async Task<TopicReader> OpenAsync(
        OrleansMqClient client, string topic, ReadOptions options, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(topic);
        options.Check();
        TopicRoute route = await client.Routes.RefreshAsync(topic, cancellation).ConfigureAwait(false)
            ?? throw new TopicNotFoundException(topic);
        var reader = new TopicReader(client, topic, options, route);
        try
        {
            reader.Start();
            await PlacedAsync(reader._queues).WaitAsync(cancellation).ConfigureAwait(false);
            return reader;
        }
        catch
        {
            await reader.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Queues that were added are read too.</summary>
    internal void SeeRoute(TopicRoute route)
    {
        if (ReferenceEquals(route, Volatile.Read(ref _route)) || Options.StopsAtEnd || Options.Queue is not null)
            return;

        lock (_gate)
        {
            if (ReferenceEquals(route, _route) || _isDisposed || _failure is not null)
                return;
            _route = route;
            Add(route.ReadQueues.Where(queue => !_queues.Any(known => IsSame(known.Queue, queue))));
        }
    }

    internal void List(QueueReader queue) => _ready.Writer.TryWrite(queue);

    internal void GoesOn() => Interlocked.Increment(ref _unfinished);

    internal void IsOver()
    {
        if (Interlocked.Decrement(ref _unfinished) == 0)
            _ready.Writer.TryComplete();
    }

    internal void Fail(Exception cause)
    {
        lock (_gate)
        {
            if (_isDisposed || _failure is not null)
                return;
            _failure = cause;
        }

        _ready.Writer.TryComplete(cause);
        foreach (QueueReader queue in _queues)
            queue.Fail(cause);
        _stopping.Cancel();
    }

    private void Start()
    {
        ReadPosition from = Options.From
            ?? (Options.Group is null ? ReadPosition.Earliest : ReadPosition.Committed);
        lock (_gate)
        {
            _fromOfNew = from;
            Add(_route.ReadQueues.Where(queue => Options.Queue is not { } only || IsSame(queue, only)));
            _fromOfNew = FixedNow(from);
        }

        if (_queues.Length > 0)
            return;
        throw Options.Queue is { } wanted
            ? new ArgumentException(
                $"The topic '{Topic}' has no queue {wanted.QueueId} on the broker '{wanted.BrokerName}' that can be "
                + $"read; it has {string.Join(", ", _route.ReadQueues.Select(q => $"{q.BrokerName}/{q.QueueId}"))}.")
            : new InvalidOperationException(
                $"The topic '{Topic}' has no queue that can be read now: no broker of it is there, or it may only be "
                + "written.");
    }

    private void Add(IEnumerable<TopicQueue> queues)
    {
        QueueReader[] added = [.. queues.Select(queue => new QueueReader(this, _client, queue, _fromOfNew))];
        if (added.Length == 0)
            return;
        Interlocked.Add(ref _unfinished, added.Length);
        _queues = [.. _queues, .. added];
        foreach (QueueReader queue in added)
            _running.Add(Task.Run(queue.RunAsync));
    }

    private async Task SeekAsync(QueueReader[] queues, ReadPosition position, CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (Options.Group is null && ReadOptions.NeedsGroup(position))
            throw new ArgumentException($"The position {position} needs a reader with a group.", nameof(position));
        if (_failure is null && _ready.Reader.Completion.IsCompleted)
            throw new InvalidOperationException("All that was there is read; open another reader.");
        foreach (QueueReader queue in queues)
        {
            if (_failure is null)
                queue.Seek(position);
        }

        await PlacedAsync(queues).WaitAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Queues that come later have only messages from after the time at which the reader began.</summary>
    private ReadPosition FixedNow(ReadPosition position) => position.Kind switch
    {
        ReadPositionKind.Latest or ReadPositionKind.CommittedOrLatest =>
            ReadPosition.AtTime(_client.Options.Time.GetUtcNow()),
        ReadPositionKind.Offset => ReadPosition.Earliest,
        _ => position,
    };

    private QueueReader Find(string brokerName, int queueId) =>
        _queues.FirstOrDefault(reader => IsSame(reader.Queue, (brokerName, queueId)))
        ?? throw new ArgumentException($"This reader does not read the queue {brokerName}/{queueId} of '{Topic}'.");

    private static bool IsSame(TopicQueue one, TopicQueue other) =>
        IsSame(one, (other.BrokerName, other.QueueId));

    private static bool IsSame(TopicQueue queue, (string BrokerName, int QueueId) other) =>
        queue.BrokerName == other.BrokerName && queue.QueueId == other.QueueId;

    private static Task PlacedAsync(QueueReader[] queues) => Task.WhenAll(queues.Select(queue => queue.Placed));
}
