using System.Diagnostics;
using OrleansMq.Client.Consuming;
using OrleansMq.Client.Receiving;

namespace OrleansMq.Client.Diagnostics;

/// <summary>
/// What is told of a handler's work on a message to those who listen; there is none where nobody does. Never fails.
/// </summary>
internal sealed class ProcessObservation
{
    private const string Operation = "process";

    private readonly TimeProvider _time;
    private readonly long _began;
    private readonly TagList _tags;
    private readonly Activity? _span;

    private ProcessObservation(TimeProvider time, in TagList tags, Activity? span) =>
        (_time, _began, _tags, _span) = (time, time.GetTimestamp(), tags, span);

    /// <summary>
    /// Begins to observe a handler if anybody listens. Its span goes on with the trace of the message, and is the
    /// current one: call it from the asynchronous method that calls the handler.
    /// </summary>
    public static ProcessObservation? Begin(
        ReceivedMessage message, string brokerName, string group, TimeProvider time)
    {
        if (!ClientInstruments.ObserveProcessing)
            return null;

        try
        {
            TagList tags = MessagingTags.Of(Operation, Operation, message.Topic);
            tags.Add(MessagingTags.Partition, MessagingTags.PartitionOf(brokerName, message.QueueId));
            tags.Add(MessagingTags.Group, group);
            Activity? span = ClientInstruments.Source.HasListeners() ? BeginSpan(message, tags) : null;
            return new ProcessObservation(time, tags, span);
        }
        catch (Exception)
        {
            return null;
        }
    }

    /// <summary>The handler said what is to become of the message.</summary>
    public void Ended(ConsumeResult result) => End(ErrorTypeOf(result.Action), result.Reason);

    /// <summary>The handler failed.</summary>
    public void Failed(Exception cause) => End(MessagingTags.ErrorTypeOf(cause), cause.Message);

    private static Activity? BeginSpan(ReceivedMessage message, in TagList tags)
    {
        // Whatever was current as the consumer was started has no part in this.
        Activity.Current = null;
        TraceContexts.TryRead(message, out ActivityContext sent);
        Activity? span = ClientInstruments.Source.StartActivity(
            $"{Operation} {message.Topic}", ActivityKind.Consumer, sent, tags);
        if (span is not { IsAllDataRequested: true })
            return span;

        span.SetTag(MessagingTags.MessageId, message.MessageId);
        span.SetTag(MessagingTags.BodySize, message.Body.Length);
        if (message.Tag is { } tag)
            span.SetTag(MessagingTags.Tag, tag);
        if (message.Keys is { } keys)
            span.SetTag(MessagingTags.Keys, keys.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        return span;
    }

    private static string? ErrorTypeOf(ConsumeAction action) => action switch
    {
        ConsumeAction.Retry => "retry",
        ConsumeAction.DeadLetter => "dead_letter",
        _ => null,
    };

    private void End(string? errorType, string? problem)
    {
        try
        {
            Spans.End(_span, null, errorType, problem);
            TagList tags = _tags;
            if (errorType is not null)
                tags.Add(MessagingTags.ErrorType, errorType);
            ClientInstruments.ProcessDuration.Record(_time.GetElapsedTime(_began).TotalSeconds, tags);
        }
        catch (Exception)
        {
            // What goes wrong in a listener is not the consumer's concern.
        }
    }
}
