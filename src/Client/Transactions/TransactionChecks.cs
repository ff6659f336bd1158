using OrleansMq.Client.Brokers;
using OrleansMq.Client.Receiving;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Client.Transactions;

/// <summary>
/// Answers brokers that ask how transactions of the group ended: so many at a time, and no more than so many waiting.
/// </summary>
internal sealed class TransactionChecks : IAsyncDisposable
{
    private readonly OrleansMqClient _client;
    private readonly TransactionProducerOptions _options;
    private readonly ITransactionChecker _checker;
    private readonly Func<string, bool> _isUnderWay;
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _places;
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _pending;

    /// <summary>Begins to answer.</summary>
    /// <param name="client">The client.</param>
    /// <param name="options">Limits.</param>
    /// <param name="checker">Knows the answers.</param>
    /// <param name="isUnderWay">Whether this client does the work of a message now, so that nobody can know.</param>
    public TransactionChecks(
        OrleansMqClient client, TransactionProducerOptions options, ITransactionChecker checker,
        Func<string, bool> isUnderWay)
    {
        _client = client;
        _options = options;
        _checker = checker;
        _isUnderWay = isUnderWay;
        _places = new SemaphoreSlim(options.MaxConcurrentChecks);
        client.Requests.Add(RequestCode.CheckTransactionState, Take);
    }

    /// <summary>Answers no further questions; waits for those that are being answered.</summary>
    public async ValueTask DisposeAsync()
    {
        _client.Requests.Remove(RequestCode.CheckTransactionState, Take);
        await _stopping.CancelAsync().ConfigureAwait(false);
        if (Interlocked.Decrement(ref _pending) >= 0)
            await _idle.Task.ConfigureAwait(false);
        _places.Dispose();
        _stopping.Dispose();
    }

    /// <summary>The question is answered by a request of its own; here it is only taken.</summary>
    private ValueTask<RemotingCommand?> Take(BrokerClient broker, RemotingCommand question)
    {
        var taken = new RemotingCommand { Code = (int)ResponseCode.Success, SerializeType = question.SerializeType };
        int pending = Interlocked.Increment(ref _pending);
        if (pending <= 0 || pending > _options.MaxPendingChecks)
            Done();
        else
            _ = Task.Run(() => AnswerAsync(broker, question), CancellationToken.None);
        return ValueTask.FromResult<RemotingCommand?>(taken);
    }

    private async Task AnswerAsync(BrokerClient broker, RemotingCommand question)
    {
        try
        {
            await _places.WaitAsync(_stopping.Token).ConfigureAwait(false);
            try
            {
                await AskAndTellAsync(broker, question).ConfigureAwait(false);
            }
            finally
            {
                _places.Release();
            }
        }
        catch (Exception cause) when (cause is OperationCanceledException || Failures.IsOfBroker(cause))
        {
            // The broker does not get an answer, or does not want it any more: if it needs one it asks again.
        }
        finally
        {
            Done();
        }
    }

    private async Task AskAndTellAsync(BrokerClient broker, RemotingCommand question)
    {
        if (!question.Fields.TryGetValue("commitLogOffset", out string? physicalOffset)
            || !question.Fields.TryGetValue("tranStateTableOffset", out string? queueOffset)
            || RecordDecoder.Decode(question.Body, null, _client.Options) is not [var message])
            return;

        TransactionOutcome outcome = _isUnderWay(message.MessageId)
            ? TransactionOutcome.Unknown
            : await AskAsync(message).ConfigureAwait(false);
        var end = new EndRequest((physicalOffset, queueOffset), message.MessageId, outcome, IsAnswer: true);
        await end.SendAsync(broker, _stopping.Token).ConfigureAwait(false);
    }

    private async Task<TransactionOutcome> AskAsync(ReceivedMessage message)
    {
        try
        {
            return await _checker.CheckAsync(message, _stopping.Token).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // What an application's checker throws is open-ended, and says that it does not know.
        catch (Exception)
#pragma warning restore CA1031
        {
            return TransactionOutcome.Unknown;
        }
    }

    private void Done()
    {
        if (Interlocked.Decrement(ref _pending) < 0)
            _idle.TrySetResult();
    }
}
