using System.Text;
using OrleansMq.Broker.Clustering;
using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.Deduplication;
using OrleansMq.Broker.Delays;
using OrleansMq.Broker.Nodes;
using OrleansMq.Broker.Retries;
using OrleansMq.Broker.Statistics;
using OrleansMq.Broker.Topics;
using OrleansMq.Broker.Transactions;
using OrleansMq.Messages.Identity;
using OrleansMq.Messages.Properties;
using OrleansMq.Messages.Records;
using OrleansMq.Messages.Topics;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Requests;
using OrleansMq.Storage;
using OrleansMq.Storage.CommitLogs;

namespace OrleansMq.Broker.Sending;

/// <summary>Checks messages and appends them to the log. Thread-safe.</summary>
public sealed class MessageSender
{
    /// <summary>The bits that tell which part of a transaction a message is.</summary>
    private const SystemFlags TransactionBits = SystemFlags.TransactionRollback;

    private readonly MessageStore _store;
    private readonly StoreOptions _storeOptions;
    private readonly TopicCatalog _topics;
    private readonly GroupCatalog _groups;
    private readonly DelayedMessages _delayed;
    private readonly IdempotentPublish _publishes;
    private readonly CompressedBodies _compressed;
    private readonly StoreMessage _storeOne;
    private readonly StoreMessages _storeMany;
    private readonly HalfMessages _transactions;
    private readonly BrokerStatistics _statistics;
    private readonly BrokerIdentity _identity;
    private readonly byte[] _clusterName;
    private volatile bool _isDraining;
    private int _nextQueue;

    internal MessageSender(
        MessageStore store, BrokerOptions options, StoreOptions storeOptions, TopicCatalog topics, GroupCatalog groups,
        DelayedMessages delayed, HalfMessages transactions, IdempotentPublish publishes, BrokerStatistics statistics,
        BrokerIdentity identity)
    {
        _publishes = publishes;
        _compressed = new CompressedBodies(options.Compression, storeOptions.MaxMessageBytes);
        _storeOne = Store;
        _storeMany = StoreBatch;
        _transactions = transactions;
        _store = store;
        _storeOptions = storeOptions;
        _topics = topics;
        _groups = groups;
        _delayed = delayed;
        _statistics = statistics;
        _identity = identity;
        _clusterName = Encoding.UTF8.GetBytes(identity.ClusterName);
    }

    /// <summary>Whether producers are refused, because the broker is drained for maintenance.</summary>
    public bool IsDraining
    {
        get => _isDraining;
        set => _isDraining = value;
    }

    /// <summary>
    /// Stores a message, or the messages of a batch. The caller answers at once or, if the result says so, when the
    /// record is on disk; and pumps the dispatcher when it has no more to send.
    /// </summary>
    /// <param name="request">The message; its spans are copied before the call returns.</param>
    /// <param name="bornHost">The producer's address.</param>
    /// <param name="batchOffsets">Takes the position of each record of a batch.</param>
    public SendResult Send(scoped SendMessageRequest request, HostAddress bornHost, ICollection<long> batchOffsets)
    {
        long begun = _statistics.Begin();
        SendResult result = Take(request, bornHost, batchOffsets);
        if (result.Missing is null)
            _statistics.CountPut(begun, result.IsStored);
        return result;
    }

    /// <summary>
    /// Appends a message, or parks it until it is due. The caller has checked topic, queue and sizes.
    /// </summary>
    internal SendResult Store(TopicHandle topic, scoped MessageDraft draft)
    {
        var properties = new SentProperties(draft.Properties);
        if (properties.HasReserved)
            draft = draft.With(ParkedMessage.WithoutBrokerProperties(draft.Properties));
        if (properties.IsRequest)
        {
            byte[] withCluster =
                new PropertyEditor().Set(PropertyNames.Cluster, _clusterName).ApplyTo(draft.Properties);
            if (withCluster.Length > RecordEncoder.MaxPropertiesBytes)
                return SendResult.Refused(ResponseCode.MessageIllegal, "The properties of the request are too long.");
            draft = draft.With(withCluster);
        }

        if (properties.IsHalfMessage || (draft.SystemFlags & TransactionBits) == SystemFlags.TransactionPrepared)
            return Prepare(topic, draft, properties);
        if (properties.IsDelayed)
            return _delayed.Park(topic, draft, properties.WaitsForFlush);
        return Append(topic, draft, properties.WaitsForFlush);
    }

    /// <summary>Appends a message of the broker's own, with properties that only the broker writes.</summary>
    internal SendResult StoreAsIs(TopicHandle topic, scoped MessageDraft draft) =>
        Append(topic, draft, waitsForFlush: true);

    private SendResult Append(TopicHandle topic, scoped MessageDraft draft, bool waitsForFlush)
    {
        AppendResult result = _store.Log.Append(topic.Queue(draft.QueueId), new RecordEncoder(draft));
        return SendResult.Of(
            result, draft.QueueId, waitsForFlush && _store.Log.MustAwaitFlush(result.StoreTimestamp));
    }

    private SendResult Take(
        scoped SendMessageRequest request, HostAddress bornHost, ICollection<long> batchOffsets)
    {
        TopicHandle? topic = _topics.Find(request.Topic);
        if (topic is null)
            return SendResult.Lacks(MissingTopicOf(request));
        ReadOnlySpan<byte> properties = request.Properties;
        if (TopicNames.IsRetry(topic.Name))
        {
            if (RedirectIfGivenUp(request, ref topic) is { } missing)
                return SendResult.Lacks(missing);
            if (TopicNames.IsDeadLetter(topic.Name))
                properties = RetryCopy.ForDeadLetter(request, bornHost);
        }

        if (Check(request, properties.Length, topic) is { } refusal)
            return refusal;

        int queueId = QueueFor(request, topic);
        var draft = new MessageDraft
        {
            Topic = topic.Utf8Name,
            QueueId = queueId,
            Body = request.Body,
            Properties = properties,
            Flag = request.Flag,
            SystemFlags = request.SystemFlags,
            BornTimestamp = request.BornTimestamp,
            BornHost = bornHost,
            StoreHost = _identity.StoreHost,
            ReconsumeTimes = request.ReconsumeTimes,
        };
        if (topic.IdempotentWindowMilliseconds > 0)
        {
            return request.IsBatch
                ? _publishes.OnceEach(topic, draft, batchOffsets, _storeMany)
                : _publishes.Once(topic, draft, _storeOne);
        }

        return request.IsBatch ? StoreBatch(topic, draft, batchOffsets) : Store(topic, draft);
    }

    private static MissingTopic MissingTopicOf(scoped SendMessageRequest request) => new(
        Encoding.UTF8.GetString(request.Topic), Encoding.UTF8.GetString(request.DefaultTopic),
        request.DefaultTopicQueueCount);

    /// <summary>
    /// A consumer whose send-back failed sends the message to the retry topic itself; after the last try it belongs
    /// into the dead-letter topic.
    /// </summary>
    private MissingMetadata? RedirectIfGivenUp(scoped SendMessageRequest request, ref TopicHandle topic)
    {
        string groupName = topic.Name[TopicNames.RetryPrefix.Length..];
        GroupHandle? group = _groups.Find(groupName);
        if (group is null)
            return new MissingGroup(groupName);

        int maxTries = request.MaxReconsumeTimes >= 0 ? request.MaxReconsumeTimes : group.Config.RetryMaxTimes;
        if (request.ReconsumeTimes < maxTries)
            return null;

        TopicHandle? deadLetters = _topics.Find(TopicNames.DeadLetterOf(groupName));
        topic = deadLetters ?? topic;
        return deadLetters is null ? new MissingDeadLetterTopic(groupName) : null;
    }

    private SendResult? Check(scoped SendMessageRequest request, int propertiesBytes, TopicHandle topic)
    {
        if (IsDraining)
        {
            return SendResult.Refused(
                ResponseCode.ServiceNotAvailable,
                "The broker is drained for maintenance and takes no messages. Send to another broker.");
        }

        if (!topic.Config.IsWritable || !TopicNames.IsSendable(topic.Name))
            return SendResult.Refused(ResponseCode.NoPermission, $"The topic '{topic.Name}' may not be written to.");
        if (request.QueueId >= topic.Config.WriteQueues && !TopicNames.IsDeadLetter(topic.Name))
        {
            return SendResult.Refused(
                ResponseCode.SystemError,
                $"The topic '{topic.Name}' has the queues 0 to {topic.Config.WriteQueues - 1}, not {request.QueueId}.");
        }

        if (request.Body.Length > _storeOptions.MaxMessageBytes)
        {
            return SendResult.Refused(
                ResponseCode.MessageIllegal,
                $"The body has {request.Body.Length} bytes; at most {_storeOptions.MaxMessageBytes} are allowed.");
        }

        if (propertiesBytes > RecordEncoder.MaxPropertiesBytes)
        {
            return SendResult.Refused(
                ResponseCode.MessageIllegal,
                $"The properties have {propertiesBytes} bytes; "
                + $"at most {RecordEncoder.MaxPropertiesBytes} are allowed.");
        }

        // Each message of a batch is compressed for itself.
        if (!request.IsBatch && _compressed.FindProblem(request.SystemFlags, request.Body) is { } problem)
            return SendResult.Refused(ResponseCode.MessageIllegal, problem);

        // What a transaction ends with is the broker's to write.
        return (request.SystemFlags & SystemFlags.TransactionCommit) != 0 ? RefuseFlags() : null;
    }

    /// <summary>The queue that the sender chose, or each in turn when it leaves the choice to the broker.</summary>
    private int QueueFor(scoped SendMessageRequest request, TopicHandle topic)
    {
        int queues = topic.Config.WriteQueues;
        return request.QueueId >= 0 && request.QueueId < queues
            ? request.QueueId
            : (int)((uint)Interlocked.Increment(ref _nextQueue) % (uint)queues);
    }

    private SendResult StoreBatch(TopicHandle topic, scoped MessageDraft template, ICollection<long> batchOffsets)
    {
        bool waitsForFlush = false;
        ReadOnlySpan<byte> rest = template.Body;
        do
        {
            if (!BatchItem.TryRead(ref rest, out BatchItem item))
                return SendResult.RefusedBatch();

            if (_compressed.FindProblem(template.SystemFlags, item.Body) is { } problem)
                return SendResult.Refused(ResponseCode.MessageIllegal, problem);

            var properties = new SentProperties(item.Properties);
            waitsForFlush |= properties.WaitsForFlush;
            if (properties.HasReserved || properties.IsHalfMessage || properties.IsDelayed)
            {
                return SendResult.Refused(
                    ResponseCode.MessageIllegal,
                    "A batch takes plain messages: no delay, no transaction, and no property that a broker wrote.");
            }

            if (item.Properties.Length > RecordEncoder.MaxPropertiesBytes)
            {
                return SendResult.Refused(
                    ResponseCode.MessageIllegal, "The properties of a message of the batch are too long.");
            }
        }
        while (!rest.IsEmpty);

        AppendResult result = _store.Log.AppendBatch(
            topic.Queue(template.QueueId), template, template.Body, batchOffsets);
        return SendResult.Of(
            result, template.QueueId, waitsForFlush && _store.Log.MustAwaitFlush(result.StoreTimestamp));
    }

    private SendResult Prepare(TopicHandle topic, scoped MessageDraft draft, SentProperties properties)
    {
        if (!properties.IsHalfMessage)
            return RefuseFlags();
        return properties.IsDelayed
            ? SendResult.Refused(
                ResponseCode.MessageIllegal,
                "A half message cannot be delayed: leave out the delay, or send it after the transaction.")
            : _transactions.Prepare(topic, draft, properties.WaitsForFlush);
    }

    private static SendResult RefuseFlags() => SendResult.Refused(
        ResponseCode.MessageIllegal,
        "The system flags make the message part of a transaction, but it is no half message: set TRAN_MSG to 'true' "
        + "and the flag 4, or neither.");
}
