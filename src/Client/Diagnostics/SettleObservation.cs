using System.Diagnostics;
using OrleansMq.Client.Receiving;

namespace OrleansMq.Client.Diagnostics;

/// <summary>
/// What is told of a message's settlement with a broker to those who listen: that it is to come again, is a dead
/// letter, or is done. There is none where nobody listens. Never fails.
/// </summary>
internal sealed class SettleObservation
{
    private readonly TimeProvider _time;
    private readonly long _began;
    private readonly TagList _tags;
    private readonly Activity? _span;

    private SettleObservation(TimeProvider time, in TagList tags, Activity? span) =>
        (_time, _began, _tags, _span) = (time, time.GetTimestamp(), tags, span);

    /// <summary>Begins to observe a settlement if anybody listens.</summary>
    /// <param name="operation">What is done: <c>ack</c>, <c>retry</c>, <c>dead_letter</c>.</param>
    /// <param name="message">The message.</param>
    /// <param name="group">The group.</param>
    /// <param name="time">The clock.</param>
    public static SettleObservation? Begin(string operation, ReceivedMessage message, string group, TimeProvider time)
    {
        if (!ClientInstruments.ObserveSettlements)
            return null;

        try
        {
            TagList tags = MessagingTags.Of(operation, "settle", message.Topic);
            tags.Add(MessagingTags.Group, group);
            return new SettleObservation(
                time, tags, ClientInstruments.Source.HasListeners() ? BeginSpan(message, tags) : null);
        }
        catch (Exception)
        {
            return null;
        }
    }

    /// <summary>The broker answered.</summary>
    public void Succeeded() => End(null);

    /// <summary>The broker refused, or did not answer.</summary>
    public void Failed(Exception cause) => End(cause);

    private static Activity? BeginSpan(ReceivedMessage message, in TagList tags)
    {
        bool hasContext = TraceContexts.TryRead(message, out ActivityContext sent);
        Activity? ambient = Activity.Current;
        Activity? span = ClientInstruments.Source.StartActivity(
            $"settle {message.Topic}", ActivityKind.Client, hasContext ? sent : default, tags,
            hasContext ? [new ActivityLink(sent)] : null);
        Activity.Current = ambient;
        span?.SetTag(MessagingTags.MessageId, message.MessageId);
        return span;
    }

    private void End(Exception? cause)
    {
        try
        {
            Spans.End(_span, null, cause);
            TagList tags = _tags;
            if (cause is not null)
                tags.Add(MessagingTags.ErrorType, MessagingTags.ErrorTypeOf(cause));
            ClientInstruments.OperationDuration.Record(_time.GetElapsedTime(_began).TotalSeconds, tags);
        }
        catch (Exception)
        {
            // What goes wrong in a listener is not the consumer's concern.
        }
    }
}
