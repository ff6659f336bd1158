using System.Collections.Concurrent;
using OrleansMq.Client.Diagnostics;
using OrleansMq.Client.Routing;
using OrleansMq.Client.Sending;
using OrleansMq.Client.Serialization;

namespace OrleansMq.Client.Producing;

/// <summary>
/// Sends messages. Those that are sent at about the same time travel together; a message that fails is tried again,
/// elsewhere if it may be, until its time is over. Disposing it waits for what is under way. Thread-safe: one is
/// enough.
/// </summary>
/// <remarks>
/// A send may be stored twice when a broker's answer was lost; both carry the same <see cref="SendReceipt.MessageId"/>.
/// </remarks>
public sealed partial class Producer : IAsyncDisposable
{
    private const int MaxPooledBatches = 256;

    private readonly OrleansMqClient _client;
    private readonly ProducerOptions _options;
    private readonly PendingSends _pending;
    private readonly Delivery _delivery;
    private readonly ConcurrentDictionary<string, SendLane> _lanes = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<SendBatch> _batches = new();
    private readonly OrderedLanes _ordered;

    internal Producer(OrleansMqClient client, ProducerOptions options)
    {
        options.Check();
        _client = client;
        _options = options;
        _pending = new PendingSends(options, client.Options);
        _delivery = new Delivery(client, options);
        _ordered = new OrderedLanes(client, options, _delivery);
    }

    internal IMessageSerializer Serializer => _client.Options.Serializer;

    /// <summary>Stores a message without anything but a body.</summary>
    public ValueTask<SendReceipt> SendAsync(
        string topic, ReadOnlyMemory<byte> body, CancellationToken cancellation = default) =>
        SendAsync(new Message { Topic = topic, Body = body }, cancellation);

    /// <summary>Stores a message; done when a broker has it, as safe as the receipt says.</summary>
    /// <param name="message">The message; its body must not be changed until the send is done.</param>
    /// <param name="cancellation">Gives up the wait; the message may be stored all the same.</param>
    /// <exception cref="SendFailedException">It was not stored in time, or a broker refused it for good.</exception>
    /// <exception cref="TopicNotFoundException">The topic does not exist, and brokers do not create it.</exception>
    /// <exception cref="ArgumentException">The message cannot be sent as it is.</exception>
    public ValueTask<SendReceipt> SendAsync(Message message, CancellationToken cancellation = default)
    {
        MessageRules.Check(message, _client.Options);
        if (!_pending.TryEnter(message, out PendingSend? pending))
            return EnterAndSendAsync(message, cancellation);

        pending.Observe(SendObservation.Begin(message, _client.Options));
        ValueTask<SendReceipt> outcome = pending.Outcome;
        Dispatch(pending);
        return cancellation.CanBeCanceled
            ? new ValueTask<SendReceipt>(outcome.AsTask().WaitAsync(cancellation))
            : outcome;
    }

    /// <summary>Stores messages; returns their receipts in the same order.</summary>
    /// <param name="messages">The messages, of any topics.</param>
    /// <param name="cancellation">Gives up the wait; messages may be stored all the same.</param>
    /// <exception cref="AggregateException">
    /// Some were not stored; it holds an exception for each of those. All others are.
    /// </exception>
    public Task<IReadOnlyList<SendReceipt>> SendAsync(
        IEnumerable<Message> messages, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        Message[] all = [.. messages];
        foreach (Message message in all)
            MessageRules.Check(message, _client.Options);
        Task<IReadOnlyList<SendReceipt>> sending = SendAllAsync(all, cancellation);
        return cancellation.CanBeCanceled ? sending.WaitAsync(cancellation) : sending;
    }

    /// <summary>
    /// Sends a message without knowing whether it is stored; returns the identifier that it was given.
    /// </summary>
    /// <exception cref="ConnectionLostException">No broker of the topic can be reached.</exception>
    public async ValueTask<string> SendOneWayAsync(Message message, CancellationToken cancellation = default)
    {
        MessageRules.Check(message, _client.Options);
        SendObservation observation = SendObservation.Begin(message, _client.Options);
        try
        {
            return await SendOneWayAsync(message, observation, cancellation).ConfigureAwait(false);
        }
        catch (Exception cause)
        {
            observation.Failed(cause);
            throw;
        }
    }

    /// <summary>Calls a delayed message back, so that it is not delivered.</summary>
    /// <param name="receipt">What sending it returned.</param>
    /// <param name="cancellation">Gives up the wait.</param>
    /// <exception cref="ArgumentException">The receipt is of no delayed message.</exception>
    /// <exception cref="RemotingException">It was delivered already, or is about to be.</exception>
    public async Task RecallAsync(SendReceipt receipt, CancellationToken cancellation = default)
    {
        if (receipt.RecallHandle is not { } handle)
            throw new ArgumentException("Only a delayed message can be called back.", nameof(receipt));

        TopicRoute? route = await _client.Routes.FindAsync(receipt.Topic, cancellation).ConfigureAwait(false);
        if (route?.FindBroker(receipt.BrokerName) is not { } address)
            throw new ConnectionLostException($"No route leads to the broker '{receipt.BrokerName}' now.", null);
        BrokerClient broker = await _client.Connections.GetAsync(address, cancellation).ConfigureAwait(false);
        await broker.RecallAsync(receipt.Topic, handle, cancellation).ConfigureAwait(false);
    }

    /// <summary>Takes no further messages, and waits until all under way are settled.</summary>
    public async ValueTask DisposeAsync()
    {
        await _pending.CloseAsync().ConfigureAwait(false);
        foreach (SendLane lane in _lanes.Values)
            lane.Dispose();
    }

    private async ValueTask<SendReceipt> EnterAndSendAsync(Message message, CancellationToken cancellation)
    {
        SendObservation observation = SendObservation.Begin(message, _client.Options);
        PendingSend pending;
        try
        {
            pending = await _pending.EnterAsync(message, cancellation).ConfigureAwait(false);
        }
        catch (Exception cause)
        {
            observation.Failed(cause);
            throw;
        }

        pending.Observe(observation);
        ValueTask<SendReceipt> outcome = pending.Outcome;
        Dispatch(pending);
        return cancellation.CanBeCanceled
            ? await outcome.AsTask().WaitAsync(cancellation).ConfigureAwait(false)
            : await outcome.ConfigureAwait(false);
    }

    private async ValueTask<string> SendOneWayAsync(
        Message message, SendObservation observation, CancellationToken cancellation)
    {
        TopicRoute route = await _client.Routes.GetForSendAsync(message.Topic, cancellation).ConfigureAwait(false);
        TopicQueue queue = message.OrderingKey is { } key
            ? QueueChooser.Of(route, key) ?? throw QueueChooser.NothingToWrite(route)
            : _delivery.ChooseQueue(route);
        BrokerClient broker = await _client.Connections.GetAsync(queue.Broker, cancellation).ConfigureAwait(false);
        OutgoingMessage outgoing = OutgoingMessage.Of(message, _client.Options.Time) with
        {
            Trace = observation.Context,
        };
        string id = await broker.SendOneWayAsync(outgoing, queue.QueueId, cancellation).ConfigureAwait(false);
        observation.Left(id, queue.BrokerName, queue.QueueId);
        return id;
    }

    private async Task<IReadOnlyList<SendReceipt>> SendAllAsync(Message[] messages, CancellationToken cancellation)
    {
        var receipts = new SendReceipt[messages.Length];
        var pending = new PendingSend[messages.Length];
        List<Exception> failures = [];
        int sent = 0;
        try
        {
            for (; sent < messages.Length; sent++)
            {
                if (!_pending.TryEnter(messages[sent], out PendingSend? entered))
                    entered = await _pending.EnterAsync(messages[sent], cancellation).ConfigureAwait(false);
                entered.Observe(SendObservation.Begin(messages[sent], _client.Options));
                pending[sent] = entered;
                Dispatch(entered);
            }
        }
        catch (Exception cause) when (cause is SendFailedException or ObjectDisposedException)
        {
            failures.AddRange(Enumerable.Repeat(cause, messages.Length - sent));
        }

        for (int index = 0; index < sent; index++)
        {
            try
            {
                receipts[index] = await pending[index].Outcome.ConfigureAwait(false);
            }
            catch (Exception cause)
            {
                failures.Add(cause);
            }
        }

        return failures.Count == 0
            ? receipts
            : throw new AggregateException(
                $"{failures.Count} of {messages.Length} messages were not stored.", failures);
    }

    private void Dispatch(PendingSend pending)
    {
        Message message = pending.Outgoing.Message;
        if (message.OrderingKey is { } key)
            _ordered.Add(pending, key);
        else if (pending.TravelsAlone)
            _ = DeliverAloneAsync(pending);
        else
            LaneOf(message.Topic).Add(pending);
    }

    private async Task DeliverAloneAsync(PendingSend pending)
    {
        if (!_batches.TryDequeue(out SendBatch? batch))
            batch = new SendBatch();
        batch.Add(pending);
        await _delivery.DeliverAsync(batch, null).ConfigureAwait(false);
        batch.Clear();
        if (_batches.Count < MaxPooledBatches)
            _batches.Enqueue(batch);
    }

    private SendLane LaneOf(string topic) => _lanes.TryGetValue(topic, out SendLane? lane)
        ? lane
        : _lanes.GetOrAdd(
            topic,
            static (_, producer) => new SendLane(
                producer._options, producer._options.MaxBatchesUnderWay,
                batch => producer._delivery.DeliverAsync(batch, null), producer._client.Options.Time),
            this);
}
