using OrleansMq.Client.Brokers;
using OrleansMq.Client.Consuming.Queues;
using OrleansMq.Client.Diagnostics;
using OrleansMq.Client.Receiving;

namespace OrleansMq.Client.Consuming.Handling;

/// <summary>
/// Does what is to become of a message after its handler. It is done, and its offset may be committed, only once it is
/// acknowledged or a broker has taken it back; until then it is tried again here.
/// </summary>
internal sealed class Settlement(ConsumerOptions options, BrokerConnections connections, TimeProvider time)
{
    /// <summary>In order and in broadcasting a message is tried again by the member that had it.</summary>
    private readonly bool _retriesHere = options.IsOrdered || options.IsBroadcasting;

    /// <summary>Settles a message.</summary>
    /// <param name="handed">The message.</param>
    /// <param name="result">What is to become of it.</param>
    /// <param name="schedule">Is told that messages more of a queue can be taken.</param>
    public ValueTask SettleAsync(HandedOut handed, ConsumeResult result, Action<AssignedQueue, int> schedule)
    {
        if (result.Action == ConsumeAction.Ack)
        {
            schedule(handed.Queue, handed.Queue.Complete(handed));
            return ValueTask.CompletedTask;
        }

        return SettleFailureAsync(handed, result, schedule);
    }

    private async ValueTask SettleFailureAsync(
        HandedOut handed, ConsumeResult result, Action<AssignedQueue, int> schedule)
    {
        int attempts = handed.Message.ReconsumeTimes + 1;
        bool isRetry = result.Action == ConsumeAction.Retry;
        if (isRetry && _retriesHere && attempts < MaxAttemptsHere)
        {
            PutOff(handed, result.After ?? options.LocalRetryDelay, isAttempt: true, schedule);
            return;
        }

        // Where the group was sent elsewhere, or the queue is another member's, the message comes by itself or not.
        if (handed.Queue.IsCurrent(handed)
            && !await TrySendBackAsync(handed, result, isLast: isRetry && _retriesHere).ConfigureAwait(false))
        {
            PutOff(handed, options.LocalRetryDelay, isAttempt: false, schedule);
            return;
        }

        schedule(handed.Queue, handed.Queue.Complete(handed));
    }

    /// <summary>Groups in order have no limit unless they want one: it would break the order.</summary>
    private int MaxAttemptsHere => options.MaxAttempts ?? (options.IsOrdered ? int.MaxValue : DefaultMaxAttempts);

    /// <summary>RocketMQ's limit of 16 retries.</summary>
    private const int DefaultMaxAttempts = 17;

    /// <summary>Sends a message back; false if that failed.</summary>
    /// <param name="handed">The message.</param>
    /// <param name="result">What its handler wants.</param>
    /// <param name="isLast">Whether it was tried here as often as it may, of which its broker knows nothing.</param>
    private async ValueTask<bool> TrySendBackAsync(HandedOut handed, ConsumeResult result, bool isLast)
    {
        ReceivedMessage message = handed.Message;
        var sendBack = new SendBack(message)
        {
            After = result.After,
            Reason = result.Reason,
            Attempts = message.ReconsumeTimes + 1,
            MaxAttempts = isLast ? 1 : options.MaxAttempts,
            IsDeadLetter = result.Action == ConsumeAction.DeadLetter,
        };
        SettleObservation? observation = SettleObservation.Begin(
            sendBack.IsDeadLetter ? "dead_letter" : "retry", message, options.Group, time);
        try
        {
            BrokerClient broker = await connections.GetAsync(handed.Queue.Broker, CancellationToken.None)
                .ConfigureAwait(false);
            await broker.SendBackAsync(options.Group, sendBack).ConfigureAwait(false);
            observation?.Succeeded();
            return true;
        }
        catch (Exception cause) when (Failures.IsPassing(cause))
        {
            observation?.Failed(cause);
            return false;
        }
    }

    private void PutOff(
        in HandedOut handed, TimeSpan delay, bool isAttempt, Action<AssignedQueue, int> schedule)
    {
        schedule(handed.Queue, handed.Queue.PutAside(handed));
        _ = ReturnAsync(handed, delay, isAttempt, schedule);
    }

    private async Task ReturnAsync(
        HandedOut handed, TimeSpan delay, bool isAttempt, Action<AssignedQueue, int> schedule)
    {
        ReceivedMessage message = handed.Message;
        await Task.Delay(delay, time, handed.Queue.Leaving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        ReceivedMessage again = isAttempt ? message.Show(message.Topic, message.ReconsumeTimes + 1) : message;
        schedule(handed.Queue, handed.Queue.Return(handed, again));
    }
}
