using OrleansMq.Broker.Producers;

namespace OrleansMq.Broker.Tests.Producers;

public sealed class ProducerGroupsTests
{
    private readonly ProducerGroups _groups =
        new(new BrokerOptions { MaxProducerGroups = 2, MaxMembersPerProducerGroup = 2 });

    [Fact]
    public void Heartbeat_RegistersAndRenews()
    {
        Assert.Null(_groups.Heartbeat("g", Member("p2", 12), 1_000));
        Assert.Null(_groups.Heartbeat("g", Member("p1", 11), 1_000));
        Assert.Null(_groups.Heartbeat("g", Member("p1", 13), 2_000));
        Assert.Equal(
            [("p1", 13, 2_000), ("p2", 12, 1_000)],
            _groups.MembersOf("g").Select(
                member => (member.ClientId, member.ChannelId, member.LastHeartbeatMilliseconds)));
        Assert.Equal(["g"], _groups.Groups);
    }

    [Fact]
    public void Heartbeat_Refuses_WhatIsInvalidOrTooMuch()
    {
        Assert.NotNull(_groups.Heartbeat("two words", Member("p1", 1), 0));
        Assert.NotNull(_groups.Heartbeat("g1", Member("", 1), 0));
        Assert.Empty(_groups.Groups);
        Assert.Null(_groups.Heartbeat("g1", Member("p1", 1), 0));
        Assert.Null(_groups.Heartbeat("g1", Member("p2", 2), 0));
        Assert.Contains("2 members", _groups.Heartbeat("g1", Member("p3", 3), 0), StringComparison.Ordinal);
        Assert.Null(_groups.Heartbeat("g1", Member("p2", 2), 0));
        Assert.Null(_groups.Heartbeat("g2", Member("p1", 1), 0));
        Assert.Contains("2 producer groups", _groups.Heartbeat("g3", Member("p1", 1), 0), StringComparison.Ordinal);
    }

    [Fact]
    public void Unregister_RemovesOneMemberOfOneGroup()
    {
        _groups.Heartbeat("g1", Member("p1", 11), 0);
        _groups.Heartbeat("g2", Member("p1", 11), 0);
        Assert.True(_groups.Unregister("g1", "p1"));
        Assert.False(_groups.Unregister("g1", "p1"));
        Assert.Equal(["g2"], _groups.Groups);
    }

    [Fact]
    public void ChannelClosed_RemovesItsMembersFromAllGroups()
    {
        _groups.Heartbeat("g1", Member("p1", 11), 0);
        _groups.Heartbeat("g2", Member("p1", 11), 0);
        _groups.Heartbeat("g2", Member("p2", 12), 0);
        Assert.Equal(2, _groups.ChannelClosed(11).Count);
        Assert.Equal(["p2"], _groups.MembersOf("g2").Select(member => member.ClientId));
        Assert.Empty(_groups.MembersOf("g1"));
    }

    [Fact]
    public void FindClient_FindsTheConnectionHeardLast_UntilTheClientHasLeftAllGroups()
    {
        _groups.Heartbeat("g1", Member("p1", 11), 0);
        _groups.Heartbeat("g2", Member("p1", 12), 5);
        Assert.Equal(12, _groups.FindClient("p1")!.ChannelId);
        _groups.ChannelClosed(12);
        Assert.Equal(11, _groups.FindClient("p1")!.ChannelId);
        _groups.Heartbeat("g1", Member("p1", 13), 6);
        Assert.Equal(13, _groups.FindClient("p1")!.ChannelId);
        _groups.Unregister("g1", "p1");
        Assert.Null(_groups.FindClient("p1"));
        _groups.Heartbeat("g1", Member("p1", 14), 7);
        _groups.Expire(7 + 120_001);
        Assert.Null(_groups.FindClient("p1"));
    }

    [Fact]
    public void Expire_RemovesMembersSilentForLongerThanTheLimit()
    {
        _groups.Heartbeat("g", Member("p1", 11), 0);
        _groups.Heartbeat("g", Member("p2", 12), 1);
        Assert.Empty(_groups.Expire(120_000));
        Assert.Equal([11], _groups.Expire(120_001).Select(member => member.ChannelId));
        Assert.Equal(["p2"], _groups.MembersOf("g").Select(member => member.ClientId));
    }

    private static ProducerMember Member(string clientId, long channelId) =>
        new() { ClientId = clientId, ChannelId = channelId };
}
