using OrleansMq.Broker.Metadata;
using OrleansMq.Messages.Topics;

namespace OrleansMq.Broker.Topics;

/// <summary>The topics of a broker. Decides who may create and change which; keeps no files. Not thread-safe.</summary>
public sealed class TopicRegistry
{
    private readonly BrokerOptions _options;
    private readonly Dictionary<string, TopicConfig> _topics = new(StringComparer.Ordinal);
    private readonly HashSet<string> _system = new(StringComparer.Ordinal);

    /// <summary>Starts with the system topics.</summary>
    /// <exception cref="FormatException">The options' delay levels cannot be read.</exception>
    public TopicRegistry(BrokerOptions options)
    {
        _options = options;
        foreach (TopicConfig topic in SystemTopics.Of(options))
        {
            _topics.Add(topic.Name, topic);
            _system.Add(topic.Name);
        }
    }

    /// <summary>The version of the table; differs after every change.</summary>
    public DataVersion Version { get; private set; }

    /// <summary>How many topics there are, system topics included.</summary>
    public int Count => _topics.Count;

    /// <summary>All topics, in no order. Not to be walked while topics are changed.</summary>
    public IReadOnlyCollection<TopicConfig> Topics => _topics.Values;

    /// <summary>Whether the topic is the broker's own, so that clients may not create, change or delete it.</summary>
    public bool IsSystem(string topic) => _system.Contains(topic)
        || TopicNames.IsReserved(topic)
        || topic.StartsWith(SystemTopics.Prefix, StringComparison.Ordinal);

    /// <summary>A topic by its name, or null.</summary>
    public TopicConfig? Find(string topic) => _topics.GetValueOrDefault(topic);

    /// <summary>Creates a topic or changes all its settings, as an operator asks for it.</summary>
    public TopicResult Put(TopicConfig topic, long nowMilliseconds)
    {
        if (!TopicNames.IsValidTopic(topic.Name, out string? problem))
            return TopicResult.Refuse(TopicStatus.Invalid, problem);
        if (IsSystem(topic.Name))
            return RefuseReserved(topic.Name);
        if ((ChangeAttributes(ref topic) ?? FindProblem(topic)) is { } wrong)
            return TopicResult.Refuse(TopicStatus.Invalid, wrong);
        return Store(topic, nowMilliseconds);
    }

    /// <summary>Deletes a topic. Its messages, offsets and locks are the caller's to remove.</summary>
    public TopicResult Delete(string topic, long nowMilliseconds)
    {
        if (IsSystem(topic))
            return TopicResult.Refuse(TopicStatus.Reserved, $"The topic '{topic}' belongs to the broker and stays.");
        if (!_topics.Remove(topic, out TopicConfig? deleted))
            return TopicResult.Refuse(TopicStatus.NotFound, $"The topic '{topic}' does not exist.");

        Version = Version.Next(nowMilliseconds);
        return new TopicResult(TopicStatus.Deleted, deleted, null);
    }

    /// <summary>
    /// Finds the topic that a message is for, or creates it: a retry or dead-letter topic always, another one from
    /// the template if topics are created automatically and the template may be inherited.
    /// </summary>
    /// <param name="topic">The message's topic.</param>
    /// <param name="template">The template that the producer names, usually TBW102.</param>
    /// <param name="requestedQueues">The queues that the producer asks for; the template's are the most.</param>
    /// <param name="systemFlag">The new topic's system flag.</param>
    /// <param name="nowMilliseconds">The time, Unix milliseconds.</param>
    public TopicResult FindOrCreate(
        string topic, string template, int requestedQueues, int systemFlag, long nowMilliseconds)
    {
        if (_topics.TryGetValue(topic, out TopicConfig? found))
            return new TopicResult(TopicStatus.Found, found, null);
        if (!TopicNames.IsValidTopic(topic, out string? problem))
            return TopicResult.Refuse(TopicStatus.Invalid, problem);
        if (TopicNames.IsRetry(topic) || TopicNames.IsDeadLetter(topic))
            return Store(OnDemand(topic, 1) with { SystemFlag = systemFlag }, nowMilliseconds);
        if (IsSystem(topic))
            return RefuseReserved(topic);
        if (!_options.AutoCreateTopics)
        {
            return TopicResult.Refuse(
                TopicStatus.NotFound,
                $"The topic '{topic}' does not exist and topics are not created automatically; create it first.");
        }

        if (Find(template) is not { } source || (source.Permissions & TopicPermissions.Inherit) == 0)
        {
            return TopicResult.Refuse(
                TopicStatus.NotFound,
                $"The topic '{topic}' does not exist and '{template}' is no template; create the topic first.");
        }

        int queues = Math.Clamp(requestedQueues, 1, source.WriteQueues);
        return Store(
            OnDemand(topic, queues) with
            {
                Permissions = source.Permissions & ~TopicPermissions.Inherit,
                SystemFlag = systemFlag,
            },
            nowMilliseconds);
    }

    /// <summary>Finds or creates the topic from which a group's failed messages come again.</summary>
    public TopicResult FindOrCreateRetry(string group, int queues, int systemFlag, long nowMilliseconds) =>
        FindOrCreateForGroup(group, TopicNames.RetryOf(group), queues, systemFlag, nowMilliseconds);

    /// <summary>Finds or creates the topic that keeps the messages which a group gave up.</summary>
    public TopicResult FindOrCreateDeadLetter(string group, long nowMilliseconds) =>
        FindOrCreateForGroup(group, TopicNames.DeadLetterOf(group), 1, 0, nowMilliseconds);

    /// <summary>Takes over a topic that was decided elsewhere; whether something changed.</summary>
    public bool Follow(TopicConfig topic, long nowMilliseconds)
    {
        if (_topics.TryGetValue(topic.Name, out TopicConfig? old) && old.Equals(topic))
            return false;

        _topics[topic.Name] = topic;
        Version = Version.Next(nowMilliseconds);
        return true;
    }

    /// <summary>
    /// Takes over persisted topics. They replace system topics of the same name, except that the schedule topic keeps
    /// at least the queues its delay levels need and the template goes if topics are not created automatically.
    /// </summary>
    public void Restore(TopicTable table)
    {
        foreach (TopicConfig topic in table.Topics)
        {
            if (topic.Name == TopicNames.AutoCreateTemplate && !_options.AutoCreateTopics)
                continue;

            _topics[topic.Name] = _system.Contains(topic.Name) ? AtLeast(topic, _topics[topic.Name]) : topic;
        }

        Version = table.Version;
    }

    /// <summary>The topics and their version, to be persisted.</summary>
    public TopicTable Snapshot() =>
        new([.. _topics.Values.OrderBy(topic => topic.Name, StringComparer.Ordinal)], Version);

    private TopicResult FindOrCreateForGroup(
        string group, string topic, int queues, int systemFlag, long nowMilliseconds)
    {
        if (_topics.TryGetValue(topic, out TopicConfig? found))
            return new TopicResult(TopicStatus.Found, found, null);
        if (!TopicNames.IsValidGroup(group, out string? problem))
            return TopicResult.Refuse(TopicStatus.Invalid, problem);
        TopicConfig created = OnDemand(topic, queues) with { SystemFlag = systemFlag };
        return FindProblem(created) is { } wrong
            ? TopicResult.Refuse(TopicStatus.Invalid, wrong)
            : Store(created, nowMilliseconds);
    }

    private TopicResult Store(TopicConfig topic, long nowMilliseconds)
    {
        bool isThere = _topics.TryGetValue(topic.Name, out TopicConfig? old);
        if (isThere && old!.Equals(topic))
            return new TopicResult(TopicStatus.Found, old, null);
        if (!isThere && _topics.Count >= _options.MaxTopics)
        {
            return TopicResult.Refuse(
                TopicStatus.LimitReached,
                $"The broker has {_topics.Count} topics, the most it may have; delete some or raise MaxTopics.");
        }

        _topics[topic.Name] = topic;
        Version = Version.Next(nowMilliseconds);
        return new TopicResult(isThere ? TopicStatus.Updated : TopicStatus.Created, topic, null);
    }

    /// <summary>Applies what the request changes in the topic's attributes; the problem if it cannot be done.</summary>
    private string? ChangeAttributes(ref TopicConfig topic)
    {
        if (topic.AttributeChanges is null)
            return null;

        IReadOnlyDictionary<string, string> current = Find(topic.Name)?.Attributes ?? topic.Attributes;
        if (!TopicAttributes.TryChange(current, topic.AttributeChanges, out var changed, out string? problem))
            return problem;

        topic = topic with { Attributes = changed, AttributeChanges = null };
        bool isRepeating = TopicNames.IsRetry(topic.Name) || TopicNames.IsDeadLetter(topic.Name);
        return isRepeating && changed.ContainsKey(TopicAttributes.IdempotentWindow)
            ? $"The topic '{topic.Name}' takes messages again with the id they had: it can have no "
                + $"{TopicAttributes.IdempotentWindow}."
            : null;
    }

    private string? FindProblem(TopicConfig topic)
    {
        int max = _options.MaxQueuesPerTopic;
        if (topic.ReadQueues < 1 || topic.ReadQueues > max)
            return $"The topic '{topic.Name}' asks for {topic.ReadQueues} read queues; ask for 1 to {max}.";
        if (topic.WriteQueues < 1 || topic.WriteQueues > max)
            return $"The topic '{topic.Name}' asks for {topic.WriteQueues} write queues; ask for 1 to {max}.";
        if ((topic.Permissions & ~(TopicPermissions.ReadWrite | TopicPermissions.Inherit)) != 0)
        {
            return $"The topic '{topic.Name}' asks for permission {(int)topic.Permissions}; "
                + "ask for a sum of 4 (read), 2 (write) and 1 (inherit).";
        }

        return topic.Attributes.Count > _options.MaxAttributes
            ? $"The topic '{topic.Name}' has {topic.Attributes.Count} attributes; allowed are {_options.MaxAttributes}."
            : null;
    }

    private static TopicResult RefuseReserved(string topic) =>
        TopicResult.Refuse(TopicStatus.Reserved, $"The topic '{topic}' belongs to the broker; choose another name.");

    private static TopicConfig OnDemand(string topic, int queues) =>
        new() { Name = topic, ReadQueues = queues, WriteQueues = queues };

    private static TopicConfig AtLeast(TopicConfig stored, TopicConfig needed) => stored.Name != TopicNames.Schedule
        ? stored
        : stored with
        {
            ReadQueues = Math.Max(stored.ReadQueues, needed.ReadQueues),
            WriteQueues = Math.Max(stored.WriteQueues, needed.WriteQueues),
        };
}
