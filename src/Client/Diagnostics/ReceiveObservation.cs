using System.Diagnostics;
using OrleansMq.Client.Receiving;

namespace OrleansMq.Client.Diagnostics;

/// <summary>
/// What is told of a receive to those who listen, when it found messages or failed; one that found nothing says
/// nothing. The default value is of one to which nobody listens, and does nothing. Never fails.
/// </summary>
internal readonly struct ReceiveObservation
{
    private const string Operation = "receive";

    /// <summary>OpenTelemetry's limit of a span's links.</summary>
    private const int MaxLinks = 128;

    private readonly TimeProvider? _time;
    private readonly long _began;
    private readonly DateTimeOffset _beganAt;

    private ReceiveObservation(TimeProvider time) =>
        (_time, _began, _beganAt) = (time, time.GetTimestamp(), time.GetUtcNow());

    /// <summary>Begins to observe a receive if anybody listens.</summary>
    public static ReceiveObservation Begin(TimeProvider time) =>
        ClientInstruments.ObserveReceives ? new ReceiveObservation(time) : default;

    /// <summary>The broker answered.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="partition">The broker and queue.</param>
    /// <param name="group">The group.</param>
    /// <param name="messages">What was found.</param>
    public void Received(
        string topic, (string BrokerName, int QueueId) partition, string group,
        IReadOnlyList<ReceivedMessage> messages)
    {
        if (_time is null || messages.Count == 0)
            return;

        try
        {
            TagList tags = TagsOf(topic, partition, group);
            if (ClientInstruments.Source.HasListeners())
                TellSpan(topic, tags, messages, null);
            ClientInstruments.OperationDuration.Record(_time.GetElapsedTime(_began).TotalSeconds, tags);
            ClientInstruments.ConsumedMessages.Add(messages.Count, tags);
        }
        catch (Exception)
        {
            // What goes wrong in a listener is not the consumer's concern.
        }
    }

    /// <summary>The broker refused, or did not answer.</summary>
    public void Failed(string topic, (string BrokerName, int QueueId) partition, string group, Exception cause)
    {
        if (_time is null)
            return;

        try
        {
            TagList tags = TagsOf(topic, partition, group);
            if (ClientInstruments.Source.HasListeners())
                TellSpan(topic, tags, [], cause);
            tags.Add(MessagingTags.ErrorType, MessagingTags.ErrorTypeOf(cause));
            ClientInstruments.OperationDuration.Record(_time.GetElapsedTime(_began).TotalSeconds, tags);
        }
        catch (Exception)
        {
            // What goes wrong in a listener is not the consumer's concern.
        }
    }

    private static TagList TagsOf(string topic, (string BrokerName, int QueueId) partition, string group)
    {
        TagList tags = MessagingTags.Of(Operation, Operation, topic);
        tags.Add(MessagingTags.Partition, MessagingTags.PartitionOf(partition.BrokerName, partition.QueueId));
        tags.Add(MessagingTags.Group, group);
        return tags;
    }

    private void TellSpan(string topic, in TagList tags, IReadOnlyList<ReceivedMessage> messages, Exception? cause)
    {
        List<ActivityLink> links = [];
        for (int index = 0; index < messages.Count && links.Count < MaxLinks; index++)
        {
            if (TraceContexts.TryRead(messages[index], out ActivityContext sent))
                links.Add(new ActivityLink(sent));
        }

        Activity? ambient = Activity.Current;
        Activity.Current = null;
        try
        {
            Activity? span = ClientInstruments.Source.StartActivity(
                $"{Operation} {topic}", ActivityKind.Client, parentContext: default, tags, links, _beganAt);
            if (messages.Count > 0)
                span?.SetTag(MessagingTags.BatchCount, messages.Count);
            Spans.End(span, null, cause);
        }
        finally
        {
            Activity.Current = ambient;
        }
    }
}
