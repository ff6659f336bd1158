using System.Threading.Channels;
using OrleansMq.Client.Consuming.Queues;
using OrleansMq.Client.Diagnostics;

namespace OrleansMq.Client.Consuming.Handling;

/// <summary>
/// Hands messages to the application's handler, so many at a time as the options allow, in the order in which queues
/// have them.
/// </summary>
internal sealed class HandlerPool(
    ConsumerOptions options, MessageHandler handler, Settlement settlement, PauseGate pause, TimeProvider time)
{
    private readonly Channel<AssignedQueue> _ready = Channel.CreateUnbounded<AssignedQueue>();
    private Task[] _workers = [];

    /// <summary>Starts to hand out.</summary>
    public void Start() => _workers = [.. Enumerable.Range(0, options.Concurrency).Select(_ => Task.Run(WorkAsync))];

    /// <summary>Messages more of a queue can be taken.</summary>
    public void Schedule(AssignedQueue queue, int messages)
    {
        for (; messages > 0; messages--)
            _ready.Writer.TryWrite(queue);
    }

    /// <summary>Hands out nothing more; completes when handlers have ended.</summary>
    public Task StopAsync()
    {
        _ready.Writer.TryComplete();
        return Task.WhenAll(_workers);
    }

    private async Task WorkAsync()
    {
        while (await _ready.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            while (_ready.Reader.TryRead(out AssignedQueue? queue))
            {
                if (pause.IsClosed)
                    await pause.WaitAsync(CancellationToken.None).ConfigureAwait(false);
                if (queue.TryTake(time.GetTimestamp(), out HandedOut handed))
                    await HandleAsync(handed).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask HandleAsync(HandedOut handed)
    {
        ProcessObservation? observation = ProcessObservation.Begin(
            handed.Message, handed.Queue.Key.BrokerName, options.Group, time);
        ConsumeResult result;
        try
        {
            result = await handler(handed.Message, handed.Cancellation).ConfigureAwait(false);
            observation?.Ended(result);
        }
        catch (OperationCanceledException cause) when (handed.Cancellation.IsCancellationRequested)
        {
            observation?.Failed(cause);

            // It is not done, so that it comes again to whoever has the queue then.
            Schedule(handed.Queue, handed.Queue.PutAside(handed));
            return;
        }
        catch (Exception cause)
        {
            observation?.Failed(cause);
            result = ConsumeResult.Retry(reason: ReasonOf(cause));
        }

        await settlement.SettleAsync(handed, result, Schedule).ConfigureAwait(false);
    }

    /// <summary>What a dead letter says of an exception.</summary>
    internal static string ReasonOf(Exception cause) => $"{cause.GetType().Name}: {cause.Message}";
}
