using OrleansMq.Messages.Topics;

namespace OrleansMq.Broker.Producers;

/// <summary>
/// Which producers are online, by group: the ones that can be asked what became of a transaction. Not thread-safe.
/// RocketMQ: <c>ProducerManager</c>.
/// </summary>
public sealed class ProducerGroups
{
    private readonly SortedList<string, SortedList<string, ProducerMember>> _groups = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> _groupsOfClients = new(StringComparer.Ordinal);
    private readonly BrokerOptions _options;
    private readonly long _expiryMilliseconds;

    /// <summary>Starts without producers.</summary>
    public ProducerGroups(BrokerOptions options)
    {
        _options = options;
        _expiryMilliseconds = (long)options.ClientExpiry.TotalMilliseconds;
    }

    /// <summary>The groups that have a member, sorted.</summary>
    public IReadOnlyList<string> Groups => _groups.Keys.AsReadOnly();

    /// <summary>The members of a group, sorted by client id; empty when there are none.</summary>
    public IReadOnlyList<ProducerMember> MembersOf(string group) =>
        _groups.TryGetValue(group, out SortedList<string, ProducerMember>? members) ? members.Values.AsReadOnly() : [];

    /// <summary>The producer with this client id that was heard last, of whatever group; null without one.</summary>
    public ProducerMember? FindClient(string clientId) =>
        _groupsOfClients.TryGetValue(clientId, out List<string>? groups)
            ? groups.Select(group => _groups[group][clientId]).MaxBy(member => member.LastHeartbeatMilliseconds)
            : null;

    /// <summary>Takes in a heartbeat and returns why it was refused, or null.</summary>
    public string? Heartbeat(string group, ProducerMember member, long nowMilliseconds)
    {
        if (!TopicNames.IsValidGroup(group, out string? problem))
            return problem;
        if (string.IsNullOrEmpty(member.ClientId))
            return $"A heartbeat for the producer group '{group}' has no client id; set one.";

        if (!_groups.TryGetValue(group, out SortedList<string, ProducerMember>? members))
        {
            if (_groups.Count >= _options.MaxProducerGroups)
                return $"The broker has {_groups.Count} producer groups, its limit; raise MaxProducerGroups.";
            _groups.Add(group, members = new SortedList<string, ProducerMember>(StringComparer.Ordinal));
        }

        if (members.Count >= _options.MaxMembersPerProducerGroup && !members.ContainsKey(member.ClientId))
        {
            return $"The producer group '{group}' has {members.Count} members, the most it may have; "
                + "raise MaxMembersPerProducerGroup.";
        }

        if (!members.ContainsKey(member.ClientId))
            Remember(group, member.ClientId);
        members[member.ClientId] = member with { LastHeartbeatMilliseconds = nowMilliseconds };
        return null;
    }

    /// <summary>Takes in that a producer says goodbye; false when it was not there.</summary>
    public bool Unregister(string group, string clientId) =>
        Remove(candidate => candidate == group, member => member.ClientId == clientId).Count > 0;

    /// <summary>Takes in that a connection closed, and returns the producers that are gone with it.</summary>
    public IReadOnlyList<ProducerMember> ChannelClosed(long channelId) =>
        Remove(_ => true, member => member.ChannelId == channelId);

    /// <summary>Removes and returns the producers silent for too long; their connections are to be closed.</summary>
    public IReadOnlyList<ProducerMember> Expire(long nowMilliseconds) =>
        Remove(_ => true, member => nowMilliseconds - member.LastHeartbeatMilliseconds > _expiryMilliseconds);

    private List<ProducerMember> Remove(Predicate<string> isGroup, Predicate<ProducerMember> isMember)
    {
        var removed = new List<ProducerMember>();
        for (int at = _groups.Count - 1; at >= 0; at--)
        {
            if (!isGroup(_groups.GetKeyAtIndex(at)))
                continue;

            SortedList<string, ProducerMember> members = _groups.GetValueAtIndex(at);
            for (int index = members.Count - 1; index >= 0; index--)
            {
                ProducerMember member = members.GetValueAtIndex(index);
                if (!isMember(member))
                    continue;

                removed.Add(member);
                members.RemoveAt(index);
                Forget(_groups.GetKeyAtIndex(at), member.ClientId);
            }

            if (members.Count == 0)
                _groups.RemoveAt(at);
        }

        return removed;
    }

    private void Remember(string group, string clientId)
    {
        if (!_groupsOfClients.TryGetValue(clientId, out List<string>? groups))
            _groupsOfClients.Add(clientId, groups = []);
        groups.Add(group);
    }

    private void Forget(string group, string clientId)
    {
        List<string> groups = _groupsOfClients[clientId];
        groups.Remove(group);
        if (groups.Count == 0)
            _groupsOfClients.Remove(clientId);
    }
}
