using OrleansMq.Protocol.Bodies;

namespace OrleansMq.Broker.ConsumerGroups;

/// <summary>
/// The members of a consumer group, what they subscribe to and which queues they locked. A member counts from the
/// moment its heartbeat returns, and may be connected to several brokers. Not thread-safe: a shell serialises the
/// calls and carries out the effects. RocketMQ: <c>ConsumerGroupInfo</c>.
/// </summary>
public sealed class ConsumerGroup
{
    private readonly SortedList<string, Membership> _members = new(StringComparer.Ordinal);
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
    }

    /// <summary>The group's name.</summary>
    public string Name { get; }

    /// <summary>Whether members are told about changes; from the group's configuration. Default: true.</summary>
    public bool NotifiesMembers { get; set; } = true;

    /// <summary>Grows by one with every change of members or topics; the first change makes it 1.</summary>
    public long Epoch { get; private set; }

    /// <summary>The members by their last heartbeat, sorted by client id.</summary>
    public IReadOnlyList<GroupMember> Members => [.. _members.Values.Select(membership => membership.Latest)];

    /// <summary>The members' client ids, sorted; what code 38 answers.</summary>
    public IReadOnlyList<string> ClientIds => _members.Keys.AsReadOnly();

    /// <summary>What the group subscribes to, sorted by topic.</summary>
    public IReadOnlyList<Subscription> Subscriptions => _subscriptions.Values.AsReadOnly();

    /// <summary>The brokers to which members are connected.</summary>
    public IReadOnlyCollection<string> BrokerNames =>
        [.. _members.Values.SelectMany(member => member.Channels).Select(channel => channel.BrokerName).Distinct()];

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

    /// <summary>What the group wants of a topic, or null.</summary>
    public Subscription? FindSubscription(string topic) => _subscriptions.GetValueOrDefault(topic);

    /// <summary>A member by its client id, or null.</summary>
    public GroupMember? FindMember(string clientId) => _members.GetValueOrDefault(clientId)?.Latest;

    /// <summary>A member's connection to each broker that it is connected to; empty without the member.</summary>
    public IReadOnlyList<ClientChannel> ChannelsOf(string clientId) =>
        _members.GetValueOrDefault(clientId)?.Channels ?? [];

    /// <summary>
    /// Takes in a heartbeat: the member joins or stays, and its subscriptions become the group's. For each topic the
    /// newest version wins; topics that this heartbeat does not name are dropped.
    /// </summary>
    public GroupChange Heartbeat(GroupMember member, long nowMilliseconds)
    {
        if (FindProblem(member) is { } problem)
            return GroupChange.Refuse(problem);

        bool isNew = !_members.TryGetValue(member.ClientId, out Membership? membership);
        if (membership is null)
            _members.Add(member.ClientId, membership = new Membership());
        membership.Hear(member with { LastHeartbeatMilliseconds = nowMilliseconds });
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
        _members.ContainsKey(clientId) ? Remove([clientId]) : GroupChange.Nothing;

    /// <summary>Takes in that a connection closed: members that have no other one leave, and their locks end.</summary>
    public GroupChange ChannelClosed(ClientChannel channel) => CloseChannels((_, other) => other == channel);

    /// <summary>Takes in that a broker is gone and with it all connections to it.</summary>
    public GroupChange BrokerLost(string brokerName) =>
        CloseChannels((_, channel) => channel.BrokerName == brokerName);

    /// <summary>Ends the connections that were silent for too long and forgets locks that ended.</summary>
    public GroupChange Expire(long nowMilliseconds)
    {
        Locks.RemoveExpired(nowMilliseconds);
        var expired = new List<GroupEffect>();
        GroupChange change = CloseChannels((member, channel) =>
        {
            bool isSilent = nowMilliseconds - member.HeardAt(channel) > _expiryMilliseconds;
            if (isSilent)
                expired.Add(new ChannelExpired(member.Latest.ClientId, channel));
            return isSilent;
        });
        return expired.Count == 0 ? change : new GroupChange([.. expired, .. change.Effects], null);
    }

    /// <summary>The whole state, sharing nothing that changes.</summary>
    public GroupSnapshot Snapshot() => new()
    {
        Name = Name,
        Epoch = Epoch,
        Members = [.. _members.Values.Select(member => new MemberSnapshot(member.Latest, [.. member.Channels]))],
        Subscriptions = [.. _subscriptions.Values],
        ConsumeType = ConsumeType,
        MessageModel = MessageModel,
        ConsumeFromWhere = ConsumeFromWhere,
        Locks = Locks.Snapshot(),
    };

    /// <summary>
    /// Takes over a state in place of its own. Everyone in it counts as heard, and every lock as renewed, now.
    /// </summary>
    public void Restore(GroupSnapshot snapshot, long nowMilliseconds)
    {
        _members.Clear();
        foreach ((GroupMember member, IReadOnlyList<ClientChannel> channels) in snapshot.Members)
        {
            var membership = new Membership();
            foreach (ClientChannel channel in channels)
                membership.Hear(member with { Channel = channel, LastHeartbeatMilliseconds = nowMilliseconds });
            _members.Add(member.ClientId, membership);
        }

        _subscriptions.Clear();
        foreach (Subscription subscription in snapshot.Subscriptions)
            _subscriptions.Add(subscription.Topic, subscription);
        Epoch = snapshot.Epoch;
        ConsumeType = snapshot.ConsumeType;
        MessageModel = snapshot.MessageModel;
        ConsumeFromWhere = snapshot.ConsumeFromWhere;
        Locks.Restore(snapshot.Locks, nowMilliseconds);
    }

    /// <summary>Finds the members that subscribe otherwise than the group does; walks over all subscriptions.</summary>
    public IReadOnlyList<SubscriptionConflict> FindConflicts()
    {
        var conflicts = new List<SubscriptionConflict>();
        foreach (GroupMember member in Members)
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

    private GroupChange CloseChannels(Func<Membership, ClientChannel, bool> isClosed)
    {
        var leaving = new List<string>();
        foreach ((string clientId, Membership member) in _members)
        {
            if (member.Close(channel => isClosed(member, channel)) && member.Channels.Count == 0)
                leaving.Add(clientId);
        }

        return leaving.Count == 0 ? GroupChange.Nothing : Remove(leaving);
    }

    private GroupChange Remove(IReadOnlyList<string> leaving)
    {
        var effects = new List<GroupEffect>();
        foreach (string clientId in leaving)
        {
            _members.Remove(clientId);
            if (Locks.Release(clientId) is { Count: > 0 } released)
                effects.Add(new LocksReleased(clientId, released));
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
        return new MembersChanged(
            Epoch, isTold ? [.. _members.Values.SelectMany(member => member.Channels).Distinct()] : []);
    }

    /// <summary>A member and its connection to each broker.</summary>
    private sealed class Membership
    {
        private readonly SortedList<string, (long Id, long HeardMilliseconds)> _channels =
            new(StringComparer.Ordinal);

        public GroupMember Latest { get; private set; } = null!;

        public IReadOnlyList<ClientChannel> Channels =>
            [.. _channels.Select(pair => new ClientChannel(pair.Key, pair.Value.Id))];

        public void Hear(GroupMember member)
        {
            Latest = member;
            _channels[member.Channel.BrokerName] = (member.Channel.Id, member.LastHeartbeatMilliseconds);
        }

        public long HeardAt(ClientChannel channel) => _channels[channel.BrokerName].HeardMilliseconds;

        public bool Close(Func<ClientChannel, bool> isClosed)
        {
            ClientChannel[] closed = [.. Channels.Where(isClosed)];
            foreach (ClientChannel channel in closed)
                _channels.Remove(channel.BrokerName);
            return closed.Length > 0;
        }
    }
}
