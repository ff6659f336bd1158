using System.Collections.Concurrent;
using System.Globalization;
using OrleansMq.Client.Brokers;
using OrleansMq.Client.Producing;
using OrleansMq.Client.Sending;
using OrleansMq.Messages.Identity;

namespace OrleansMq.Client.Transactions;

/// <summary>
/// Sends messages that are delivered if, and only if, local work is done. If this process dies in between, a broker
/// asks any client of the producer group. Thread-safe.
/// </summary>
/// <example><code>
/// await using TransactionProducer producer = await mq.CreateTransactionProducerAsync(new OrderChecker(database));
/// await producer.SendInTransactionAsync(message, async (half, cancellation) =>
///     await database.TryPayAsync(order, half.MessageId, cancellation)
///         ? TransactionOutcome.Commit
///         : TransactionOutcome.Rollback);
/// </code></example>
public sealed class TransactionProducer : IAsyncDisposable
{
    /// <summary>Names a grain to be asked in place of the group's clients.</summary>
    public const string CheckerGrainProperty = "TRAN_CHECKER";

    private const string PreparedProperty = "TRAN_MSG";
    private const string GroupProperty = "PGROUP";
    private const string ImmunityProperty = "CHECK_IMMUNITY_TIME_IN_SECONDS";

    private readonly OrleansMqClient _client;
    private readonly TransactionProducerOptions _options;
    private readonly Producer _producer;
    private readonly TransactionChecks? _checks;
    private readonly ProducerPresence? _presence;
    private readonly ConcurrentDictionary<string, bool> _underWay = new(StringComparer.Ordinal);
    private readonly Action _closed;
    private int _isDisposed;

    internal TransactionProducer(
        OrleansMqClient client, ITransactionChecker? checker, TransactionProducerOptions options, Action closed)
    {
        _client = client;
        _options = options;
        _closed = closed;
        _producer = client.CreateProducer(options.Sending);
        if (checker is null)
            return;
        _checks = new TransactionChecks(client, options, checker, _underWay.ContainsKey);
        _presence = new ProducerPresence(client);
    }

    /// <summary>
    /// Stores a half message, does the local work, and has the message delivered or forgotten, as the work says.
    /// </summary>
    /// <param name="message">The message; it cannot be delayed.</param>
    /// <param name="work">
    /// The local work. If it throws, nobody can say here whether it is done: the exception is passed on, nothing is
    /// said to the broker, and the checker decides when it is asked.
    /// </param>
    /// <param name="cancellation">Gives up while the half message is sent; handed to the work.</param>
    /// <exception cref="SendFailedException">The half message was not stored; the work was not begun.</exception>
    /// <exception cref="RemotingException">
    /// The transaction had ended otherwise, by an operator or a checker: see the broker's words.
    /// </exception>
    public async Task<TransactionResult> SendInTransactionAsync(
        Message message, Func<HalfMessage, CancellationToken, ValueTask<TransactionOutcome>> work,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(work);
        Message prepared = Prepare(message);
        string id = prepared.UniqueKey!;
        if (!_underWay.TryAdd(id, true))
            throw new ArgumentException($"A transaction of the message '{id}' is under way already.", nameof(message));

        HalfMessage half;
        TransactionOutcome outcome;
        try
        {
            // The work is done where the caller is: in the turn of a grain, say.
            SendReceipt receipt = await _producer.SendAsync(prepared, cancellation).ConfigureAwait(true);
            half = new HalfMessage(message, id, receipt.BrokerName, PhysicalOffsetOf(receipt))
            {
                HalfQueueOffset = receipt.QueueOffset,
            };
            outcome = await work(half, cancellation).ConfigureAwait(false);
        }
        finally
        {
            _underWay.TryRemove(id, out _);
        }

        bool isEnded = outcome != TransactionOutcome.Unknown && await EndAsync(half, outcome).ConfigureAwait(false);
        return new TransactionResult(half, outcome, isEnded);
    }

    /// <summary>Waits for half messages that are under way, and answers no further questions.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 1)
            return;
        await _producer.DisposeAsync().ConfigureAwait(false);
        if (_presence is not null)
            await _presence.DisposeAsync().ConfigureAwait(false);
        if (_checks is not null)
            await _checks.DisposeAsync().ConfigureAwait(false);
        _closed();
    }

    /// <summary>Makes it known to all brokers.</summary>
    internal Task StartAsync(CancellationToken cancellation) => _presence!.StartAsync(cancellation);

    private Message Prepare(Message message)
    {
        if (message.DelayLevel != 0 || message.DeliverAt is not null)
            throw new ArgumentException(
                "A message of a transaction cannot be delayed; send it after the transaction.", nameof(message));
        if (_checks is null && message.Properties?.ContainsKey(CheckerGrainProperty) != true)
        {
            throw new ArgumentException(
                $"Nobody could be asked about this transaction: give the producer a checker, or name a grain in the "
                + $"message's property '{CheckerGrainProperty}'.", nameof(message));
        }

        var properties = new Dictionary<string, string>(
            message.Properties ?? new Dictionary<string, string>(), StringComparer.Ordinal)
        {
            [PreparedProperty] = "true",
            [GroupProperty] = _client.Options.ProducerGroup,
        };
        if (_options.FirstCheckAfter is { } immunity)
            properties[ImmunityProperty] = Math.Ceiling(immunity.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return new Message
        {
            Topic = message.Topic,
            Body = message.Body,
            Tag = message.Tag,
            Keys = message.Keys,
            UniqueKey = message.UniqueKey ?? UniqueId.Of(message, _client.Options.Time).ToString(),
            OrderingKey = message.OrderingKey,
            Flag = message.Flag,
            Properties = properties,
        };
    }

    /// <summary>False if the broker could not be told in time; it asks then.</summary>
    private async Task<bool> EndAsync(HalfMessage half, TransactionOutcome outcome)
    {
        var end = new EndRequest(
            (Text(half.PhysicalOffset), Text(half.HalfQueueOffset)), half.MessageId, outcome, IsAnswer: false);
        try
        {
            return await _client.RetryAsync(
                half.Message.Topic, half.BrokerName, broker => end.SendAsync(broker, CancellationToken.None),
                _options.EndTimeout, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception cause) when (BrokerCalls.MayPass(cause))
        {
            return false;
        }
    }

    private static long PhysicalOffsetOf(SendReceipt receipt) =>
        OffsetMessageId.TryParse(receipt.OffsetMessageId, out OffsetMessageId id)
            ? id.PhysicalOffset
            : throw new InvalidDataException(
                $"The broker answered a half message with '{receipt.OffsetMessageId}', which identifies no message.");

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
