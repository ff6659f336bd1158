using OrleansMq.Broker.Nodes;
using OrleansMq.Broker.Topics;
using OrleansMq.Broker.Transactions;
using OrleansMq.Messages.Identity;
using OrleansMq.Messages.Topics;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Requests;

namespace OrleansMq.Broker.Tracing;

/// <summary>Tells what happened to a message on this broker, from the log and from the journal. Thread-safe.</summary>
public sealed class MessageTracer
{
    private const string Stored = "STORED";
    private const string Waiting = "WAITING";
    private const string Half = "HALF";
    private const string Parked = "PARKED";
    private const string Gone = "GONE";

    private readonly BrokerNode _node;
    private readonly TracingOptions _options;

    internal MessageTracer(BrokerNode node)
    {
        _node = node;
        _options = node.Options.Tracing;
    }

    /// <summary>
    /// What happened to the messages of an identifier or key; null with the reason when there are none.
    /// </summary>
    public MessageTrace? Trace(TraceMessageRequest request, out string? problem)
    {
        // Whoever was just told that a message is stored may ask before it was dispatched.
        _node.Store.Dispatcher.CatchUp();
        List<StoredMessage> messages = Find(request, out problem);
        if (problem is not null)
            return null;

        var trace = new MessageTrace { Broker = _node.Identity.BrokerName, Id = request.Id };
        var tracers = new List<GroupTracer>();
        foreach (StoredMessage message in messages)
        {
            TracedMessage traced = Describe(message);
            trace.Messages.Add(traced);
            if (traced.State == Stored)
                AddGroups(message, request.Group is { } only ? [only] : GroupsOf(message.Topic), trace, tracers);
        }

        DeliveryHistory history = ReadHistory(messages, tracers);
        if (request.Group is null && AddGroups(messages, history, trace, tracers))
            history = ReadHistory(messages, tracers);
        foreach (GroupTracer tracer in tracers)
            tracer.Complete(history);
        trace.DeliveriesReadUntil = history.StoppedAtMilliseconds;
        return trace;
    }

    private DeliveryHistory ReadHistory(List<StoredMessage> messages, List<GroupTracer> tracers) =>
        DeliveryHistory.Read(
            messages.Select(message => message.Place).Concat(tracers.SelectMany(tracer => tracer.Places)).Distinct(),
            messages.Min(message => message.StoreTimestamp), _node.Store, _node.Deliveries.ReadPending(),
            _options.MaxScannedDeliveries);

    /// <summary>
    /// Adds the groups of which only the journal knows; whether copies for them are still to be asked about.
    /// </summary>
    private bool AddGroups(
        List<StoredMessage> messages, DeliveryHistory history, MessageTrace trace, List<GroupTracer> tracers)
    {
        int known = tracers.Count;
        for (int index = 0; index < messages.Count; index++)
        {
            IEnumerable<string> groups = history.Of(messages[index].Place).Select(range => range.Group).Distinct()
                .Except(trace.Messages[index].Groups.Select(group => group.Group));
            AddGroups(messages[index], [.. groups], trace, tracers);
        }

        return tracers.Skip(known).Any(tracer => tracer.HasRetries);
    }

    private List<StoredMessage> Find(TraceMessageRequest request, out string? problem)
    {
        int most = Math.Clamp(request.MaxCount, 1, _options.MaxTracedMessages);
        var found = new List<StoredMessage>();
        if (request.Topic is not null)
        {
            found.AddRange(ByKey(request.Topic, request.Id, most));
            found.AddRange(ByKey(TopicNames.Schedule, request.Id, most).Where(
                message => message.RealTopic == request.Topic && _node.Delayed.IsWaiting(message.PhysicalOffset)));
            found.AddRange(ByKey(SystemTopics.TransactionHalf, request.Id, most).Where(
                message => message.RealTopic == request.Topic
                    && _node.Transactions.Find(message.PhysicalOffset) is not null));
        }

        if (found.Count == 0)
            found.AddRange(ByPosition(request));
        problem = found.Count > 0 ? null : NotFound(request);
        return [.. found.OrderByDescending(message => message.PhysicalOffset).Take(most)];
    }

    private IEnumerable<StoredMessage> ByKey(string topic, string key, int maxCount) =>
        _node.Queries.PositionsOf(topic, key, maxCount)
            .Select(position => StoredMessage.TryRead(_node.Store, position)).OfType<StoredMessage>();

    /// <summary>
    /// The message at the place that an identifier names. The sender of one that waited was told where it waited; what
    /// came out of it shares its identifier.
    /// </summary>
    private StoredMessage[] ByPosition(TraceMessageRequest request)
    {
        if (!OffsetMessageId.TryParse(request.Id, out OffsetMessageId id))
            return [];

        StoredMessage? message = StoredMessage.TryRead(_node.Store, id.PhysicalOffset);
        if (message is null || !message.MessageId.Equals(request.Id, StringComparison.OrdinalIgnoreCase))
            return [];
        if (message.RealTopic is null || StateOf(message) != Gone || message.UniqueKey is null)
            return [message];

        StoredMessage[] outcome = [.. ByKey(message.RealTopic, message.UniqueKey, 1)];
        return outcome.Length > 0 ? outcome : [message];
    }

    private string NotFound(TraceMessageRequest request) => request.Topic is null
        ? $"There is no message '{request.Id}' on the broker '{_node.Identity.BrokerName}'. An identifier of a broker "
            + "is known there only; for one of a producer, or a key, give the topic."
        : $"No message of '{request.Topic}' on the broker '{_node.Identity.BrokerName}' has the identifier or key "
            + $"'{request.Id}'.";

    private TracedMessage Describe(StoredMessage message)
    {
        string state = StateOf(message);
        bool isStored = state == Stored;
        return new TracedMessage
        {
            MessageId = message.MessageId,
            UniqueKey = message.UniqueKey,
            Keys = message.Keys,
            Tags = message.Tags,
            Topic = isStored ? message.Topic : message.RealTopic ?? message.Topic,
            QueueId = isStored ? message.QueueId : message.RealQueueId,
            QueueOffset = isStored ? message.QueueOffset : -1,
            PhysicalOffset = message.PhysicalOffset,
            State = state,
            DueTimestamp = state == Waiting ? message.DueTimestamp : null,
            BornTimestamp = message.BornTimestamp,
            BornHost = message.BornHost,
            StoreTimestamp = message.StoreTimestamp,
            BodyBytes = message.BodyBytes,
            OriginMessageId = message.OriginMessageId,
            DeadLetterOffset = message.DeadLetterFrom,
        };
    }

    private string StateOf(StoredMessage message) => message.Topic switch
    {
        TopicNames.Schedule => _node.Delayed.IsWaiting(message.PhysicalOffset) ? Waiting : Gone,
        SystemTopics.TransactionHalf => _node.Transactions.Find(message.PhysicalOffset) switch
        {
            null => Gone,
            { State: TransactionState.Parked } => Parked,
            _ => Half,
        },
        _ => Stored,
    };

    private void AddGroups(
        StoredMessage message, string[] names, MessageTrace trace, List<GroupTracer> tracers)
    {
        TracedMessage traced = trace.Messages.Single(known => known.PhysicalOffset == message.PhysicalOffset);
        int room = Math.Max(_options.MaxTracedGroups - traced.Groups.Count, 0);
        foreach (string name in names.Take(room))
        {
            var tracer = new GroupTracer(_node, message, name);
            traced.Groups.Add(tracer.Group);
            tracers.Add(tracer);
        }

        trace.GroupsLeftOut += Math.Max(names.Length - room, 0);
    }

    /// <summary>The groups that have to do with a topic: its own, if it is a retry topic, too.</summary>
    private string[] GroupsOf(string topic)
    {
        IEnumerable<string> groups = _node.Groups.Groups.Where(group => group.Knows(topic)).Select(group => group.Name);
        if (TopicNames.IsRetry(topic))
            groups = groups.Append(topic[TopicNames.RetryPrefix.Length..]);
        return [.. groups.Distinct().Order(StringComparer.Ordinal)];
    }
}
