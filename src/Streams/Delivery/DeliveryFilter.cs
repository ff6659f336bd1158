using Microsoft.Extensions.DependencyInjection;
using OrleansMq.Streams.Diagnostics;
using OrleansMq.Streams.Events;
using OrleansMq.Streams.Queues;
using OrleansMq.Streams.Topics;

namespace OrleansMq.Streams.Delivery;

/// <summary>
/// Sees what Orleans' agents and subscribers say to each other, which they tell no provider otherwise: how a delivery
/// ended and why, where a subscriber is, and that there is a new one.
/// </summary>
internal sealed class DeliveryFilter(IServiceProvider services, Handshakes handshakes, TimeProvider time)
    : IOutgoingGrainCallFilter
{
    private const string Deliver = "DeliverBatch";
    private const string AskForToken = "GetSequenceToken";
    private const string Subscribe = "RegisterConsumer";

    /// <summary>How long an agent waits for a subscriber; of several providers' options the shortest.</summary>
    private readonly Lazy<TimeSpan> _handshakeTimeout = new(() => services.GetServices<StreamTopics>()
        .Select(topics => topics.Options.HandshakeTimeout).DefaultIfEmpty(TimeSpan.FromSeconds(1)).Min());

    public Task Invoke(IOutgoingGrainCallContext context) => context.MethodName switch
    {
        Deliver when Argument<EventBatch>(context, 2) is { Cursor: not null } batch => DeliverAsync(context, batch),
        AskForToken when context.InterfaceName.Contains("IStreamConsumerExtension", StringComparison.Ordinal) =>
            AskAsync(context),
        Subscribe when Argument<QualifiedStreamId?>(context, 1) is { } stream
            && services.GetKeyedService<StreamDoor>(stream.ProviderName) is { } door =>
            SubscribeAsync(context, door, stream),
        _ => context.Invoke(),
    };

    private static T? Argument<T>(IOutgoingGrainCallContext context, int index) =>
        context.Request.GetArgumentCount() > index && context.Request.GetArgument(index) is T argument
            ? argument
            : default;

    /// <summary>
    /// Of several messages it is not known which one failed: the failure is kept from the agent, and the cursor gives
    /// them one by one.
    /// </summary>
    private static async Task DeliverAsync(IOutgoingGrainCallContext context, EventBatch batch)
    {
        StreamCursor cursor = batch.Cursor!;
        DeliveryAttempts attempts = cursor.Attempts;
        if (Argument<GuidId>(context, 0) is { } subscription)
            attempts.Begin(subscription.Guid, context.TargetId);
        Exception? failure = await InvokeAsync(context);
        attempts.End();
        if (failure is not null)
        {
            attempts.Fail(failure);
            StreamMeter.CountFailure(batch);
            if (batch.Messages.Count > 1 && failure is not ClientNotAvailableException)
            {
                cursor.GiveSingly(batch);
                context.Result = null;
                return;
            }

            if (context.Response is null)
                throw failure;
            return;
        }

        if (context.Result is not null)
        {
            cursor.Refuse();
            return;
        }

        cursor.Delivered(batch);
        StreamMeter.CountDelivery(batch);
    }

    /// <summary>
    /// Its queue is not read while a subscriber is asked. One that does not answer soon tells its place when it is
    /// given something.
    /// </summary>
    private async Task AskAsync(IOutgoingGrainCallContext context)
    {
        handshakes.Begin();
        try
        {
            Task<Exception?> asked = InvokeAsync(context);
            Exception? failure = null;
            if (await Task.WhenAny(asked, Task.Delay(_handshakeTimeout.Value, time)) == asked)
                failure = await asked;
            if (failure is ClientNotAvailableException)
                throw failure;
            if (failure is not null || !asked.IsCompleted)
                context.Result = null;
        }
        finally
        {
            handshakes.End();
        }
    }

    /// <summary>
    /// A subscription to a topic that nobody used yet makes it be read. And the agent must be told of a subscriber that
    /// wants events from before: it looks only at streams that have new ones.
    /// </summary>
    private static async Task SubscribeAsync(IOutgoingGrainCallContext context, StreamDoor door, StreamId stream)
    {
        await door.OpenAsync(stream);
        await context.Invoke();
        if (context.Response?.Exception is null)
            await door.WakeAsync(stream);
    }

    private static async Task<Exception?> InvokeAsync(IOutgoingGrainCallContext context)
    {
        try
        {
            await context.Invoke();
            return context.Response?.Exception;
        }
#pragma warning disable CA1031 // It is passed on, or kept as the reason.
        catch (Exception cause)
#pragma warning restore CA1031
        {
            return cause;
        }
    }
}
