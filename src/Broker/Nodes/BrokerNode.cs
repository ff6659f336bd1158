using Microsoft.Extensions.Logging;
using OrleansMq.Broker.Clustering;
using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.DeadLetters;
using OrleansMq.Broker.Deduplication;
using OrleansMq.Broker.Delays;
using OrleansMq.Broker.Diagnostics;
using OrleansMq.Broker.KeyValues;
using OrleansMq.Broker.Metadata;
using OrleansMq.Broker.Offsets;
using OrleansMq.Broker.Popping;
using OrleansMq.Broker.Producers;
using OrleansMq.Broker.Pulling;
using OrleansMq.Broker.Queries;
using OrleansMq.Broker.Replies;
using OrleansMq.Broker.Retention;
using OrleansMq.Broker.Retries;
using OrleansMq.Broker.Sending;
using OrleansMq.Broker.Statistics;
using OrleansMq.Broker.Topics;
using OrleansMq.Broker.Tracing;
using OrleansMq.Broker.Transactions;
using OrleansMq.Storage;
using OrleansMq.Storage.Confirmations;
using OrleansMq.Storage.Files;
using OrleansMq.Storage.Workers;

namespace OrleansMq.Broker.Nodes;

/// <summary>
/// A broker: its store, its metadata, and what it does with both. Listeners and hosts stand around it.
/// </summary>
/// <remarks>
/// The caller runs <see cref="Workers"/> and, after a batch of requests, <see cref="Pump"/>. Metadata lies in
/// <c>config/</c> beside the store's files.
/// </remarks>
public sealed class BrokerNode : IDisposable
{
    private readonly OffsetPersister _offsets;
    private readonly IdempotentPublish _publishes;
    private readonly PullExpirer _pullExpirer;
    private readonly PopExpirer _popExpirer;
    private readonly ILogger _logger;

    private BrokerNode(
        BrokerIdentity identity, BrokerOptions options, StoreOptions storeOptions, IStoreFileSystem files,
        IClientChannels channels, TimeProvider time, ILogger logger)
    {
        Identity = identity;
        Options = options;
        Channels = channels;
        Time = time;
        _logger = logger;
        var metadata = new StoreMetadataFiles(files, Path.Combine(storeOptions.Directory, "config"));
        Statistics = new BrokerStatistics(options.Statistics, identity.ClusterName, time);
        Delayed = new DelayedMessages(options, storeOptions, metadata, identity, time, logger);
        Transactions = new HalfMessages(options.Transactions, metadata, identity, time, logger);
        Resent = new ResentIndex(options.DeadLetters, metadata, time, logger);
        Pops = new PoppedMessages(options.Pops, metadata, identity, time, logger);
        var topicsFile = new MetadataFile(metadata, TopicsFile.Name);
        TopicRegistry topics = LoadTopics(topicsFile, options);
        _publishes = new IdempotentPublish(options.Deduplication, topics.Topics, metadata, time, logger);
        Store = MessageStore.Open(
            files, storeOptions, time, logger, Delayed, Transactions, Pops, _publishes, Statistics.Arrivals,
            Resent);
        try
        {
            Topics = new TopicCatalog(topics, topicsFile, Store.Queues, time);
            KeyValues = LoadKeyValues(metadata, options);
            Groups = LoadGroups(metadata, options, channels, time);
            _offsets = LoadOffsets(metadata, options, time);
        }
        catch
        {
            Store.Dispose();
            throw;
        }

        var longPolls = new LongPolls();
        var heldPops = new HeldPops();
        Store.Dispatcher.Listen(new ArrivalListeners(longPolls, heldPops));
        Producers = new ProducerCatalog(options, time);
        ProducerRound = new ProducerRound(Producers, channels);
        _publishes.Attach(Store, Delayed);
        Sender = new MessageSender(
            Store, options, storeOptions, Topics, Groups, Delayed, Transactions, _publishes, Statistics, identity);
        Deliveries = new DeliveryJournal(options.Tracing, Store, identity, time, logger, Pump);
        Puller = new MessagePuller(Store, Topics, Groups, options, time, longPolls, Statistics, Deliveries);
        Pops.Attach(Store, Topics, Groups);
        Popper = new MessagePopper(
            Store, Topics, Groups, Pops, options, identity, time, heldPops, Statistics, Deliveries);
        SendBacks = new SendBacks(this, storeOptions);
        Queries = new MessageQueries(Store, Topics, options);
        var rules = new TopicRules(Topics, Groups, Store, time, logger);
        Store.Retention = rules;
        UnreadAlarms = new UnreadAlarms(rules, Store, Queries, options.Retention, time, logger);
        DeadLetters = new DeadLetterOffice(this);
        DeadLetterSender = new DeadLetterSender(this);
        Tracer = new MessageTracer(this);
        Delayed.Attach(Store, Pump);
        Transactions.Attach(Store, Topics);
        OpenTransactions = new OpenTransactions(Transactions, Store);
        Resent.Attach(Store);
        Store.Confirmed = Pump;
        ControlPlane = new LocalControlPlane(this);
        ConsumerCalls = new ConsumerCalls(this);
        Replies = new ReplyDelivery(this, time);
        Statistics.Arrivals.Begin();
        OffsetResets = new OffsetResets(this, _offsets, time, logger);
        OffsetResets.Listen(Pops);
        _pullExpirer = new PullExpirer(Puller);
        _popExpirer = new PopExpirer(Popper);
        var checks = new TransactionChecks(this, time, logger);
        Workers =
        [
            .. Store.Workers, Delayed, _offsets, _pullExpirer, _popExpirer, new ClientExpirer(this, options), checks,
            UnreadAlarms, new StatisticsSampler(Statistics), Deliveries,
        ];
    }

    /// <summary>Who the broker is.</summary>
    public BrokerIdentity Identity { get; }

    /// <summary>What the broker allows.</summary>
    public BrokerOptions Options { get; }

    /// <summary>The way to the clients that are connected here.</summary>
    public IClientChannels Channels { get; }

    /// <summary>The broker's clock.</summary>
    public TimeProvider Time { get; }

    /// <summary>The messages.</summary>
    public MessageStore Store { get; }

    /// <summary>The topics.</summary>
    public TopicCatalog Topics { get; }

    /// <summary>The consumer groups.</summary>
    public GroupCatalog Groups { get; }

    /// <summary>Settings that the name service keeps, where this broker is one alone.</summary>
    public KeyValueCatalog KeyValues { get; }

    /// <summary>The producers that are online.</summary>
    public ProducerCatalog Producers { get; }

    /// <summary>Asks them about their transactions.</summary>
    public ProducerRound ProducerRound { get; }

    /// <summary>Stores messages.</summary>
    public MessageSender Sender { get; }

    /// <summary>Reads messages for consumers.</summary>
    public MessagePuller Puller { get; }

    /// <summary>Hands out messages that are acknowledged one by one.</summary>
    public MessagePopper Popper { get; }

    /// <summary>What was popped and is not finished.</summary>
    public PoppedMessages Pops { get; }

    /// <summary>Takes failed messages back.</summary>
    public SendBacks SendBacks { get; }

    /// <summary>Shows dead letters.</summary>
    public DeadLetterOffice DeadLetters { get; }

    /// <summary>Sends dead letters again.</summary>
    public DeadLetterSender DeadLetterSender { get; }

    /// <summary>Which dead letters were sent again.</summary>
    public ResentIndex Resent { get; }

    /// <summary>Who was given which messages.</summary>
    public DeliveryJournal Deliveries { get; }

    /// <summary>Tells what happened to a message.</summary>
    public MessageTracer Tracer { get; }

    /// <summary>Messages that wait for their time.</summary>
    public DelayedMessages Delayed { get; }

    /// <summary>Transactions that are not over.</summary>
    public HalfMessages Transactions { get; }

    /// <summary>The same as operators see them.</summary>
    public OpenTransactions OpenTransactions { get; }

    /// <summary>
    /// Who decides about topics and groups: the broker itself, unless its host makes it one of several before it
    /// listens.
    /// </summary>
    public IControlPlane ControlPlane { get; set; }

    /// <summary>Passes calls on to members of groups.</summary>
    public ConsumerCalls ConsumerCalls { get; }

    /// <summary>Brings replies to whoever waits for them.</summary>
    public ReplyDelivery Replies { get; }

    /// <summary>Sends groups elsewhere as operators ask for it.</summary>
    public OffsetResets OffsetResets { get; }

    /// <summary>Looks messages up.</summary>
    public MessageQueries Queries { get; }

    /// <summary>Messages that are about to go before a group has consumed them.</summary>
    public UnreadAlarms UnreadAlarms { get; }

    /// <summary>What is counted.</summary>
    public BrokerStatistics Statistics { get; }

    /// <summary>The background work, the store's included.</summary>
    public IReadOnlyList<IStoreWorker> Workers { get; }

    /// <summary>The time, Unix milliseconds.</summary>
    internal long Now => Time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Opens the store and the metadata beside it.</summary>
    /// <exception cref="MetadataDamagedException">A metadata file and its backup are damaged.</exception>
    public static BrokerNode Open(
        BrokerIdentity identity, BrokerOptions options, StoreOptions storeOptions, IStoreFileSystem files,
        IClientChannels channels, TimeProvider time, ILogger logger)
    {
        var node = new BrokerNode(identity, options, storeOptions, files, channels, time, logger);
        logger.BrokerReady(identity.BrokerName, identity.ClusterName, identity.AddressText);
        return node;
    }

    /// <summary>
    /// Shows consumers what was confirmed and answers the pulls that waited for it. Called after appending, by any
    /// thread.
    /// </summary>
    public void Pump()
    {
        Store.Dispatcher.Pump();
        Puller.ServeReady();
        Popper.ServeReady();
    }

    /// <summary>Lets a pull wait until its queue has a message for it or its time is over.</summary>
    public void Hold(HeldPull pull)
    {
        Puller.Hold(pull);
        _pullExpirer.Signal.Set();
    }

    /// <summary>
    /// Lets a pop wait until there is a message for it or its time is over; false when too many do.
    /// </summary>
    public bool TryHold(HeldPop pop)
    {
        bool isHeld = Popper.TryHold(pop);
        _popExpirer.Signal.Set();
        return isHeld;
    }

    /// <summary>Has what a group popped come again from an offset on, to which it was set.</summary>
    public SendResult ResetPops(GroupHandle group, TopicHandle topic, int queueId, long offset)
    {
        SendResult result = Pops.Reset(group, topic.Name, queueId, offset);
        Pump();
        return result;
    }

    /// <summary>Calls back once a stored message is on disk, or is known not to be.</summary>
    public void AwaitFlush(SendResult result, Action<ConfirmationStatus> completed) =>
        Store.Confirmations.Add(new CallbackWaiter(completed)
        {
            EndOffset = result.Append.EndOffset,
            DeadlineMilliseconds = result.Append.StoreTimestamp + (long)Store.Options.FlushTimeout.TotalMilliseconds,
        });

    /// <summary>
    /// Calls back a delayed message; refused when it does not wait any more. May have to wait a moment.
    /// </summary>
    public SendResult Recall(RecallHandle handle)
    {
        // Its sender may have been answered before the message was indexed.
        Store.Dispatcher.CatchUp();
        SendResult result = Delayed.Recall(handle, out long first);
        if (result.IsStored)
            _publishes.Forget(handle.Topic, handle.UniqueKey, first);
        return result;
    }

    /// <summary>How the cluster calls a connection to this broker.</summary>
    public ClientChannel ChannelOf(long connectionId) => new(Identity.BrokerName, connectionId);

    /// <summary>Deletes a topic with its queues and what groups remember of it.</summary>
    public TopicResult DeleteTopic(string topic)
    {
        TopicResult result = Topics.Delete(topic);
        if (result.Status == TopicStatus.Deleted)
        {
            foreach (GroupHandle group in Groups.Groups)
                group.RemoveTopic(topic);
            Pops.ForgetTopic(topic);
        }

        return result;
    }

    /// <summary>Deletes a group with its offsets and what it popped.</summary>
    public SubscriptionGroupResult DeleteGroup(string group)
    {
        SubscriptionGroupResult result = Groups.Delete(group);
        Pops.ForgetGroup(group);
        return result;
    }

    /// <summary>Saves the offsets and closes the store. The workers have stopped before.</summary>
    public void Dispose()
    {
        try
        {
            _offsets.Save();
        }
        catch (StoreIOException cause)
        {
            _logger.OffsetsNotWritten(cause);
        }

        Deliveries.Flush();
        Store.Dispose();
    }

    private TopicRegistry LoadTopics(MetadataFile file, BrokerOptions options)
    {
        var registry = new TopicRegistry(options);
        if (Load<TopicTable>(file, TopicsFile.TryDecode) is { } table)
            registry.Restore(table);
        return registry;
    }

    private KeyValueCatalog LoadKeyValues(IMetadataFiles metadata, BrokerOptions options)
    {
        var file = new MetadataFile(metadata, KeyValuesFile.Name);
        KeyValueTable? table = Load<KeyValueTable>(file, KeyValuesFile.TryDecode);
        return new KeyValueCatalog(table ?? new KeyValueTable(), file, options.KeyValues);
    }

    private GroupCatalog LoadGroups(
        IMetadataFiles metadata, BrokerOptions options, IClientChannels channels, TimeProvider time)
    {
        var file = new MetadataFile(metadata, SubscriptionGroupsFile.Name);
        var registry = new SubscriptionGroupRegistry(options);
        if (Load<SubscriptionGroupTable>(file, SubscriptionGroupsFile.TryDecode) is { } table)
            registry.Restore(table);
        return new GroupCatalog(registry, file, options, channels, time, _logger);
    }

    private OffsetPersister LoadOffsets(IMetadataFiles metadata, BrokerOptions options, TimeProvider time)
    {
        var file = new MetadataFile(metadata, OffsetsFile.Name);
        OffsetTable? table = Load<OffsetTable>(file, OffsetsFile.TryDecode);
        foreach (CommittedOffset committed in table?.Offsets ?? [])
            Restore(committed);
        foreach (GroupReset reset in table?.Resets ?? [])
        {
            GroupHandle? group = Groups.Find(reset.Group);
            if (group?.QueryOffset(reset.Reset.Topic, reset.Reset.QueueId) is not null)
                group.Restore(reset.Reset);
        }

        return new OffsetPersister(Groups, file, table?.Version ?? default, options, time, _logger);
    }

    /// <summary>
    /// After a power cut the log may have lost its last, unflushed records. A group that had consumed those must not
    /// skip the new ones that take their offsets.
    /// </summary>
    private void Restore(CommittedOffset committed)
    {
        Groups.FindOrCreate(committed.Group);
        GroupHandle? group = Groups.Find(committed.Group);
        TopicHandle? topic = Topics.Find(committed.Topic);
        if (group is null || topic is null || committed.QueueId >= topic.Config.ReadQueues)
            return;

        long end = topic.Queue(committed.QueueId).MaxOffset;
        if (committed.Offset > end)
            _logger.OffsetBehindEnd(committed.Group, committed.Topic, committed.QueueId, committed.Offset, end);
        group.Restore(new QueueProgress(committed.Topic, committed.QueueId, Math.Min(committed.Offset, end)));
    }

    private T? Load<T>(MetadataFile file, MetadataFile.Decoder<T> decode)
        where T : class
    {
        MetadataLoad<T> load = file.Load(decode);
        if (load.Source == MetadataSource.Damaged)
            throw new MetadataDamagedException(load.Problem!);
        if (load.Problem is not null)
            _logger.MetadataProblem(load.Problem);
        return load.State;
    }

    private sealed class CallbackWaiter(Action<ConfirmationStatus> completed) : ConfirmationWaiter
    {
        public override void Complete(ConfirmationStatus status) => completed(status);
    }
}
