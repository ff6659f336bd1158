using Microsoft.Extensions.Logging;
using Orleans.Streams;
using OrleansMq.Broker.DeadLetters;
using OrleansMq.Streams.Diagnostics;
using OrleansMq.Streams.Events;
using OrleansMq.Streams.Queues;

namespace OrleansMq.Streams.Delivery;

/// <summary>
/// Makes dead letters of the messages that a subscriber failed on for too long. The agent passes over a message only
/// behind it.
/// </summary>
internal sealed class DeadLetterHandler(
    StreamQueueId queueId, StreamQueues queues, string group, TimeProvider time, ILogger logger)
    : IStreamFailureHandler
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    public bool ShouldFaultSubsriptionOnError => false;

    public async Task OnDeliveryFailure(
        GuidId subscriptionId, string streamProviderName, StreamId streamIdentity, StreamSequenceToken? sequenceToken)
    {
        if (queues.Find(queueId) is not { } queue
            || queue.FindCursor(subscriptionId.Guid, sequenceToken) is not { Current: { } batch } cursor)
            return;

        // The agent ends and gives up whatever it is at: whoever reads the queue next goes on with it.
        if (queue.IsEnding)
            return;

        var cause = new DeadLetterCause(
            DeadLetterReason.AttemptsUsedUp, cursor.Attempts.Failures, cursor.Attempts.Consumer, cursor.Attempts.Error);
        foreach (StreamMessage message in batch.Messages)
            await BuryAsync(queue, streamIdentity, message, cause);
        StreamMeter.CountDeadLetters(batch);
    }

    /// <summary>A subscriber that could not say where it begins says so when it is given something.</summary>
    public Task OnSubscriptionFailure(
        GuidId subscriptionId, string streamProviderName, StreamId streamIdentity,
        StreamSequenceToken? sequenceToken) => Task.CompletedTask;

    /// <summary>Tries until it is stored, or the queue is read elsewhere: then it happens there.</summary>
    private async Task BuryAsync(StreamQueue queue, StreamId stream, StreamMessage message, DeadLetterCause cause)
    {
        TimeSpan pause = FirstPause;
        while (queues.Find(queueId) == queue)
        {
            if (await TryBuryAsync(queue, message, cause) is not { } problem)
            {
                logger.Buried(stream, message.Offset, group, cause.Attempts, cause.Error);
                return;
            }

            logger.NotBuried(stream, message.Offset, group, problem);
            await Task.Delay(pause, time);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private async Task<string?> TryBuryAsync(StreamQueue queue, StreamMessage message, DeadLetterCause cause)
    {
        try
        {
            return await queue.Log.BuryAsync(group, message.Position, cause);
        }
#pragma warning disable CA1031 // Whatever it was, the event is not stored there and is tried again.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            return failure.Message;
        }
    }
}
