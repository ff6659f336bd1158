using OrleansMq.Client.Brokers;
using OrleansMq.Client.Routing;
using OrleansMq.Client.Transports;

namespace OrleansMq.Client.Popping;

/// <summary>
/// Takes messages of a topic when the application asks for them, and says of each one what became of it. A message is
/// this consumer's for a while, and comes again to whoever asks if it is not acknowledged by then; there may be more
/// consumers than queues. Thread-safe: many may receive at a time.
/// </summary>
/// <example><code>
/// await using SimpleConsumer consumer = mq.CreateSimpleConsumer(new SimpleConsumerOptions("billing", "Orders"));
/// foreach (PoppedMessage message in await consumer.ReceiveAsync(maxMessages: 16))
/// {
///     await BillAsync(message.Message);
///     await consumer.AckAsync(message);
/// }
/// </code></example>
public sealed class SimpleConsumer : IAsyncDisposable
{
    private readonly OrleansMqClient _client;
    private readonly MessageNotices _notices;
    private int _turn = Random.Shared.Next();

    internal SimpleConsumer(OrleansMqClient client, SimpleConsumerOptions options)
    {
        options.Check();
        _client = client;
        Options = options;
        _notices = new MessageNotices(client, options);
    }

    /// <summary>What it takes, and how.</summary>
    public SimpleConsumerOptions Options { get; }

    /// <summary>Takes messages; none if none come in time.</summary>
    /// <param name="maxMessages">The most wanted.</param>
    /// <param name="invisible">For how long nobody else gets them; null as the options say.</param>
    /// <param name="wait">How long to wait for the first one; null as the options say.</param>
    /// <param name="cancellation">
    /// Ends the wait. What is under way from a broker then is still given out, so that no message is taken for nobody.
    /// </param>
    /// <exception cref="RemotingException">A broker refuses: the filter cannot be read, say.</exception>
    /// <exception cref="ConnectionLostException">No broker of the topic could be asked.</exception>
    /// <exception cref="TopicNotFoundException">The topic does not exist.</exception>
    public async Task<IReadOnlyList<PoppedMessage>> ReceiveAsync(
        int maxMessages = 1, TimeSpan? invisible = null, TimeSpan? wait = null,
        CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxMessages, 1);
        TimeProvider time = _client.Options.Time;
        long began = time.GetTimestamp();
        TimeSpan limit = wait ?? Options.Wait;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            ObjectDisposedException.ThrowIf(_notices.IsDisposed, this);
            TopicRoute? route = await _client.Routes.FindAsync(Options.Topic, cancellation).ConfigureAwait(false);
            if (route is null)
                throw new TopicNotFoundException(Options.Topic);
            (List<PoppedMessage> messages, Exception? failure) = await TakeAsync(
                route.Brokers, maxMessages, invisible ?? Options.Invisible).ConfigureAwait(false);
            TimeSpan left = limit - time.GetElapsedTime(began);
            if (messages.Count > 0 || (left <= TimeSpan.Zero && failure is null))
                return messages;
            if (left <= TimeSpan.Zero)
                throw failure!;
            if (failure is not null)
                _client.Routes.Invalidate(Options.Topic);
            await _notices.WaitAsync(route.Brokers, left, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>A message is done: it never comes again to its group. Once more changes nothing.</summary>
    /// <exception cref="RemotingException">It is not the group's any more: an operator sent it elsewhere.</exception>
    public Task AckAsync(PoppedMessage message, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        return RetryAsync(
            message,
            async broker =>
            {
                await broker.AckAsync(message, cancellation).ConfigureAwait(false);
                return true;
            },
            cancellation);
    }

    /// <summary>The same for many, with few requests.</summary>
    /// <exception cref="AggregateException">Some could not be acknowledged; all others are.</exception>
    public async Task AckAsync(IEnumerable<PoppedMessage> messages, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        Task<bool>[] acks =
        [
            .. from broker in messages.GroupBy(message => message.Delivery.BrokerName)
               from chunk in broker.Chunk(Options.MaxAcksPerRequest)
               select RetryAsync(
                   chunk[0],
                   async client =>
                   {
                       await client.AckAsync(chunk, cancellation).ConfigureAwait(false);
                       return true;
                   },
                   cancellation),
        ];
        await ((Task)Task.WhenAll(acks)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellation.ThrowIfCancellationRequested();
        Exception[] failures = [.. acks.Select(ack => ack.Exception?.InnerException).OfType<Exception>()];
        if (failures.Length > 0)
            throw new AggregateException("Some messages were not acknowledged, and come again.", failures);
    }

    /// <summary>
    /// Keeps a message longer: it stays this consumer's for so long from now on. Gives the message as it is to be named
    /// from then on.
    /// </summary>
    /// <exception cref="RemotingException">It was handed out again meanwhile, or is finished.</exception>
    public Task<PoppedMessage> ExtendAsync(
        PoppedMessage message, TimeSpan invisible, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(invisible, TimeSpan.Zero);
        return RetryAsync(
            message, broker => broker.ChangeInvisibleTimeAsync(message, invisible, cancellation), cancellation);
    }

    /// <summary>
    /// Gives a message back: it comes again, to any consumer of the group, or becomes a dead letter when it came often
    /// enough.
    /// </summary>
    /// <param name="message">The message.</param>
    /// <param name="after">When it comes again; brokers want at least a second.</param>
    /// <param name="cancellation">Gives up the wait.</param>
    /// <exception cref="RemotingException">It was handed out again meanwhile, or is finished.</exception>
    public Task NegativeAckAsync(
        PoppedMessage message, TimeSpan after, CancellationToken cancellation = default) =>
        ExtendAsync(message, after, cancellation);

    /// <summary>
    /// Waits no longer. What was received and not acknowledged comes again when its time is over.
    /// </summary>
    public ValueTask DisposeAsync()
    {
        _notices.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>
    /// Asks the brokers in turn until there are enough. The failure is null if one of them could be asked.
    /// </summary>
    private async Task<(List<PoppedMessage> Messages, Exception? Failure)> TakeAsync(
        IReadOnlyList<BrokerAddress> brokers, int maxMessages, TimeSpan invisible)
    {
        List<PoppedMessage> taken = [];
        bool isAsked = false;
        Exception? failure = brokers.Count > 0 ? null : new ConnectionLostException(
            $"The topic '{Options.Topic}' has no broker that can be read now.", null);
        int first = (int)((uint)Interlocked.Increment(ref _turn) % (uint)Math.Max(1, brokers.Count));
        for (int index = 0; index < brokers.Count && taken.Count < maxMessages; index++)
        {
            BrokerAddress broker = brokers[(first + index) % brokers.Count];
            try
            {
                await TakeAsync(broker, taken, maxMessages, invisible).ConfigureAwait(false);
                isAsked = true;
            }
            catch (Exception cause) when (BrokerCalls.MayPass(cause) || taken.Count > 0)
            {
                failure = cause;
            }
        }

        return (taken, isAsked ? null : failure);
    }

    private async Task TakeAsync(
        BrokerAddress address, List<PoppedMessage> taken, int maxMessages, TimeSpan invisible)
    {
        BrokerClient broker = await _client.Connections.GetAsync(address, CancellationToken.None)
            .ConfigureAwait(false);
        int wanted;
        int got;
        do
        {
            wanted = Math.Min(maxMessages - taken.Count, Options.MaxMessagesPerRequest);
            IReadOnlyList<PoppedMessage> messages = await broker.PopAsync(
                address.BrokerName!,
                new PopRequest(Options.Group, Options.Topic)
                {
                    MaxMessages = wanted,
                    Invisible = invisible,
                    BeginsAtEnd = Options.BeginsAtEnd,
                    IsOrdered = Options.IsOrdered,
                    Expression = Options.Filter.Expression,
                    ExpressionType = Options.Filter.ExpressionType,
                },
                CancellationToken.None).ConfigureAwait(false);
            got = messages.Count;
            foreach (PoppedMessage message in messages)
                message.Message.BrokerName = address.BrokerName;
            taken.AddRange(messages);
        }
        while (got == wanted && taken.Count < maxMessages);

        if (taken.Count > 0)
            _notices.Gave(address);
    }

    private Task<T> RetryAsync<T>(
        PoppedMessage message, Func<BrokerClient, Task<T>> call, CancellationToken cancellation) =>
        _client.RetryAsync(
            message.Message.Topic, message.Delivery.BrokerName, call, Options.AckTimeout, cancellation);
}
