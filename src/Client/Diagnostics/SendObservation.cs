using System.Diagnostics;
using OrleansMq.Client.Producing;
using OrleansMq.Client.Sending;

namespace OrleansMq.Client.Diagnostics;

/// <summary>
/// What is told of a send to those who listen. The default value is of a send to which nobody listens, and does
/// nothing. Never fails: what goes wrong in a listener is not the sender's concern.
/// </summary>
internal readonly struct SendObservation
{
    private const string Operation = "send";

    private readonly TimeProvider? _time;
    private readonly long _began;
    private readonly string? _topic;
    private readonly Activity? _span;

    private SendObservation(Message message, TimeProvider time, Activity? span, Activity? context)
    {
        (_time, _began, _topic, _span, Context) = (time, time.GetTimestamp(), message.Topic, span, context);
    }

    /// <summary>The span whose context travels with the message; null for none.</summary>
    public Activity? Context { get; }

    /// <summary>Begins to observe a send if anybody listens.</summary>
    public static SendObservation Begin(Message message, ClientOptions options)
    {
        if (!ClientInstruments.ObserveSends)
            return default;

        try
        {
            return ClientInstruments.Source.HasListeners()
                ? BeginSpan(message, options)
                : new SendObservation(message, options.Time, null, null);
        }
        catch (Exception)
        {
            return default;
        }
    }

    /// <summary>The message is stored.</summary>
    public void Succeeded(in SendReceipt receipt)
    {
        if (_time is null)
            return;

        try
        {
            if (_span is { IsAllDataRequested: true })
                _span.SetTag(MessagingTags.MessageId, receipt.MessageId);
            End(MessagingTags.PartitionOf(receipt.BrokerName, receipt.QueueId), null);
        }
        catch (Exception)
        {
            // See above.
        }
    }

    /// <summary>The message went out; whether it is stored nobody knows.</summary>
    public void Left(string messageId, string brokerName, int queueId)
    {
        if (_time is null)
            return;

        try
        {
            _span?.SetTag(MessagingTags.MessageId, messageId);
            End(MessagingTags.PartitionOf(brokerName, queueId), null);
        }
        catch (Exception)
        {
            // See above.
        }
    }

    /// <summary>The message is not stored, or nobody knows.</summary>
    public void Failed(Exception cause)
    {
        if (_time is null)
            return;

        try
        {
            End(null, cause);
        }
        catch (Exception)
        {
            // See above.
        }
    }

    private static SendObservation BeginSpan(Message message, ClientOptions options)
    {
        Activity? ambient = Activity.Current;
        TagList tags = MessagingTags.Of(Operation, Operation, message.Topic);
        bool hasContext = TraceContexts.TryRead(message.Properties, out ActivityContext given);
        Activity? span = ClientInstruments.Source.StartActivity(
            $"{Operation} {message.Topic}", ActivityKind.Producer, parentContext: default, tags,
            hasContext ? [new ActivityLink(given)] : null);

        // The span outlives this call and ends elsewhere: what the caller does next is no part of it.
        Activity.Current = ambient;
        if (span is { IsAllDataRequested: true })
            Describe(span, message, options);
        return new SendObservation(message, options.Time, span, hasContext ? null : span ?? ambient);
    }

    private static void Describe(Activity span, Message message, ClientOptions options)
    {
        span.SetTag(MessagingTags.BodySize, message.Body.Length);
        span.SetTag(MessagingTags.ClientId, options.ClientId);
        span.SetTag(MessagingTags.Type, message switch
        {
            { DeliverAt: not null } or { DelayLevel: not 0 } => "delay",
            { OrderingKey: not null } => "fifo",
            _ => "normal",
        });
        if (message.Tag is not null)
            span.SetTag(MessagingTags.Tag, message.Tag);
        if (message.Keys is not null)
            span.SetTag(MessagingTags.Keys, message.Keys.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        if (message.OrderingKey is not null)
            span.SetTag(MessagingTags.OrderingKey, message.OrderingKey);
        if (message.DelayLevel != 0)
            span.SetTag(MessagingTags.DelayLevel, message.DelayLevel);
        if (message.DeliverAt is { } deliverAt)
            span.SetTag(MessagingTags.DeliveryTime, deliverAt.ToUnixTimeMilliseconds());
    }

    private void End(string? partition, Exception? cause)
    {
        TagList tags = MessagingTags.Of(Operation, Operation, _topic!);
        if (partition is not null)
            tags.Add(MessagingTags.Partition, partition);
        if (cause is not null)
            tags.Add(MessagingTags.ErrorType, MessagingTags.ErrorTypeOf(cause));
        Spans.End(_span, partition, cause);
        ClientInstruments.OperationDuration.Record(_time!.GetElapsedTime(_began).TotalSeconds, tags);
        ClientInstruments.SentMessages.Add(1, tags);
    }
}
