namespace OrleansMq.Broker.Producers;

/// <summary>The shell around <see cref="ProducerGroups"/>: one call at a time.</summary>
public sealed class ProducerCatalog
{
    private readonly Lock _lock = new();
    private readonly ProducerGroups _groups;
    private readonly TimeProvider _time;

    internal ProducerCatalog(BrokerOptions options, TimeProvider time)
    {
        _groups = new ProducerGroups(options);
        _time = time;
    }

    private long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Takes in a heartbeat; the problem if it is refused.</summary>
    public string? Heartbeat(string group, ProducerMember member)
    {
        lock (_lock)
            return _groups.Heartbeat(group, member, Now);
    }

    /// <summary>A producer says goodbye.</summary>
    public void Unregister(string group, string clientId)
    {
        lock (_lock)
            _groups.Unregister(group, clientId);
    }

    /// <summary>A connection closed.</summary>
    public void ChannelClosed(long channelId)
    {
        lock (_lock)
            _groups.ChannelClosed(channelId);
    }

    /// <summary>Forgets silent producers.</summary>
    public void Expire()
    {
        lock (_lock)
            _groups.Expire(Now);
    }

    /// <summary>The members of a group as of now.</summary>
    public IReadOnlyList<ProducerMember> MembersOf(string group)
    {
        lock (_lock)
            return [.. _groups.MembersOf(group)];
    }

    /// <summary>The producer with this client id that was heard last, of whatever group; null without one.</summary>
    public ProducerMember? FindClient(string clientId)
    {
        lock (_lock)
            return _groups.FindClient(clientId);
    }

    /// <summary>All members by group as of now, groups sorted by name.</summary>
    public IReadOnlyList<KeyValuePair<string, IReadOnlyList<ProducerMember>>> All()
    {
        lock (_lock)
        {
            return
            [
                .. _groups.Groups.Select(group => KeyValuePair.Create<string, IReadOnlyList<ProducerMember>>(
                    group, [.. _groups.MembersOf(group)])),
            ];
        }
    }
}
