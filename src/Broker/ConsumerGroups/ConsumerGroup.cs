using OrleansMq.Protocol.Bodies;

namespace OrleansMq.Broker.ConsumerGroups;

/// <summary>
/// The members of a consumer group, what they subscribe to, which queues they locked and how far they consumed.
/// A member counts from the moment its heartbeat returns. Not thread-safe: a shell serialises the calls and carries
/// out the effects. RocketMQ: <c>ConsumerGroupInfo</c>.
/// </summary>
public sealed class ConsumerGroup
{
    private readonly SortedList<string, GroupMember> _members = new(StringComparer.Ordinal);
    private readonly SortedList<string, Subscription> _subscriptions = new(StringComparer.Ordinal);
    private readonly BrokerOptions _options;
    private readonly long _expiryMilliseconds;

    /// <summary>Starts without members.</summary>
    public ConsumerGroup(string name, BrokerOptions options)
    {
        Name = name;
        _options = options;
        _expiryMilliseconds = (long)options.ClientExpiry.TotalMilliseconds;
        Locks = new QueueLocks(options);
        Offsets = new CommittedOffsets(options);
    }

    /// <summary>The group's name.</summary>
    public string Name { get; }

    /// <summary>Whether members are told about changes; from the group's configuration. Default: true.</summary>
    public bool NotifiesMembers { get; set; } = true;

    /// <summary>Grows by one with every change of members or topics; the first change makes it 1.</summary>
    public long Epoch { get; private set; }

    /// <summary>The members, sorted by client id.</summary>
    public IReadOnlyList<GroupMember> Members => _members.Values.AsReadOnly();

    /// <summary>The members' client ids, sorted; what code 38 answers.</summary>
    public IReadOnlyList<string> ClientIds => _members.Keys.AsReadOnly();

    /// <summary>What the group subscribes to, sorted by topic.</summary>
    public IReadOnlyList<Subscription> Subscriptions => _subscriptions.Values.AsReadOnly();

    /// <summary>Whether the group has a member.</summary>
    public bool IsOnline => _members.Count > 0;

    /// <summary>Who drives the consumption, going by the last heartbeat.</summary>
    public ConsumeType ConsumeType { get; private set; } = ConsumeType.ConsumePassively;

    /// <summary>Who gets a message, going by the last heartbeat.</summary>
    public MessageModel MessageModel { get; private set; } = MessageModel.Clustering;

    /// <summary>Where the group begins without a committed offset, going by the last heartbeat.</summary>
    public ConsumeFromWhere ConsumeFromWhere { get; private set; } = ConsumeFromWhere.ConsumeFromLastOffset;

    /// <summary>The queues that members locked for consumption in order.</summary>
    public QueueLocks Locks { get; }

    /// <summary>How far the group consumed.</summary>
    public CommittedOffsets Offsets { get; }

    /// <summary>What the group wants of a topic, or null.</summary>
    public Subscription? FindSubscription(string topic) => _subscriptions.GetValueOrDefault(topic);

    /// <summary>A member by its client id, or null.</summary>
    public GroupMember? FindMember(string clientId) => _members.GetValueOrDefault(clientId);

    /// <summary>
    /// Takes in a heartbeat: the member joins or stays, and its subscriptions become the group's. For each topic the
    /// newest version wins; topics that this heartbeat does not name are dropped.
    /// </summary>
    public GroupChange Heartbeat(GroupMember member, long nowMilliseconds)
    {
        if (FindProblem(member) is { } problem)
            return GroupChange.Refuse(problem);

        bool isNew = !_members.ContainsKey(member.ClientId);
        _members[member.ClientId] = member with { LastHeartbeatMilliseconds = nowMilliseconds };
        ConsumeType = member.ConsumeType;
        MessageModel = member.MessageModel;
        ConsumeFromWhere = member.ConsumeFromWhere;

        List<GroupEffect>? effects = null;
        bool areTopicsChanged = MergeSubscriptions(member.Subscriptions, ref effects);
        if (isNew || areTopicsChanged)
            (effects ??= []).Add(NextEpoch());
        return effects is null ? GroupChange.Nothing : new GroupChange(effects, null);
    }

    /// <summary>Takes in that a client says goodbye; it loses its locks.</summary>
    public GroupChange Unregister(string clientId) =>
        Remove([.. _members.Values.Where(member => member.ClientId == clientId)], isExpiry: false);

    /// <summary>
    /// Takes in that a connection closed: the members that last spoke over it leave, their locks
    /// end.
    /// </summary>
    public GroupChange ChannelClosed(long channelId) =>
        Remove([.. _members.Values.Where(member => member.ChannelId == channelId)], isExpiry: false);

    /// <summary>Removes the members that were silent for too long and forgets locks that ended.</summary>
    public GroupChange Expire(long nowMilliseconds)
    {
        Locks.RemoveExpired(nowMilliseconds);
        GroupMember[] silent =
        [
            .. from member in _members.Values
               where nowMilliseconds - member.LastHeartbeatMilliseconds > _expiryMilliseconds
               select member,
        ];
        return Remove(silent, isExpiry: true);
    }

    /// <summary>
    /// Commits how far a queue was consumed. While members are online the offset only grows: what a member commits
    /// late, after its queue went to another, changes nothing.
    /// </summary>
    public CommitStatus Commit(string topic, int queueId, long offset) =>
        Offsets.Commit(topic, queueId, offset, mayGoBack: !IsOnline);

    /// <summary>Finds the members that subscribe otherwise than the group does; walks over all subscriptions.</summary>
    public IReadOnlyList<SubscriptionConflict> FindConflicts()
    {
        var conflicts = new List<SubscriptionConflict>();
        foreach (GroupMember member in _members.Values)
        {
            if (member.MessageModel != MessageModel)
                conflicts.Add(new(member.ClientId, "", $"{member.MessageModel}", $"{MessageModel}"));
            foreach (Subscription own in member.Subscriptions)
            {
                Subscription? common = _subscriptions.GetValueOrDefault(own.Topic);
                if (common is null || !own.HasSameFilter(common))
                    conflicts.Add(new(member.ClientId, own.Topic, own.Expression, common?.Expression));
            }

            foreach (Subscription common in _subscriptions.Values)
            {
                if (member.Subscriptions.All(own => own.Topic != common.Topic))
                    conflicts.Add(new(member.ClientId, common.Topic, null, common.Expression));
            }
        }

        return conflicts;
    }

    private string? FindProblem(GroupMember member)
    {
        if (string.IsNullOrEmpty(member.ClientId))
            return $"A heartbeat for the group '{Name}' has no client id; set one.";
        if (member.Subscriptions.Count > _options.MaxSubscriptionsPerMember)
        {
            return $"'{member.ClientId}' subscribes to {member.Subscriptions.Count} topics in the group '{Name}'; "
                + $"at most {_options.MaxSubscriptionsPerMember} are allowed.";
        }

        return _members.Count >= _options.MaxMembersPerGroup && !_members.ContainsKey(member.ClientId)
            ? $"The group '{Name}' has {_members.Count} members, the most it may have; raise MaxMembersPerGroup."
            : null;
    }

    private bool MergeSubscriptions(IReadOnlyList<Subscription> subscriptions, ref List<GroupEffect>? effects)
    {
        bool areTopicsChanged = false;
        foreach (Subscription subscription in subscriptions)
        {
            Subscription? before = _subscriptions.GetValueOrDefault(subscription.Topic);
            if (before is not null && subscription.Version <= before.Version)
                continue;

            _subscriptions[subscription.Topic] = subscription;
            areTopicsChanged |= before is null;
            if (before is null || !before.HasSameFilter(subscription))
                (effects ??= []).Add(new SubscriptionChanged(subscription.Topic, before, subscription));
        }

        HashSet<string> named = [.. subscriptions.Select(subscription => subscription.Topic)];
        for (int index = _subscriptions.Count - 1; index >= 0; index--)
        {
            Subscription common = _subscriptions.GetValueAtIndex(index);
            if (named.Contains(common.Topic))
                continue;

            _subscriptions.RemoveAt(index);
            areTopicsChanged = true;
            (effects ??= []).Add(new SubscriptionChanged(common.Topic, common, null));
        }

        return areTopicsChanged;
    }

    private GroupChange Remove(GroupMember[] leaving, bool isExpiry)
    {
        if (leaving.Length == 0)
            return GroupChange.Nothing;

        var effects = new List<GroupEffect>();
        foreach (GroupMember member in leaving)
        {
            _members.Remove(member.ClientId);
            if (Locks.Release(member.ClientId) is { Count: > 0 } released)
                effects.Add(new LocksReleased(member.ClientId, released));
            if (isExpiry)
                effects.Add(new MemberExpired(member.ClientId, member.ChannelId));
        }

        if (_members.Count == 0)
        {
            // Without members nobody subscribes; RocketMQ forgets the whole group then.
            effects.AddRange(_subscriptions.Values.Select(gone => new SubscriptionChanged(gone.Topic, gone, null)));
            _subscriptions.Clear();
        }

        effects.Add(NextEpoch());
        return new GroupChange(effects, null);
    }

    private MembersChanged NextEpoch()
    {
        Epoch++;
        bool isTold = NotifiesMembers && MessageModel != MessageModel.Broadcasting;
        IEnumerable<long> channels = isTold ? _members.Values.Select(member => member.ChannelId).Distinct() : [];
        return new MembersChanged(Epoch, [.. channels]);
    }
}
