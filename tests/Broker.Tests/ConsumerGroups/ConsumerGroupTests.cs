using System.Text.Json;
using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Messages.Properties;
using OrleansMq.Protocol.Bodies;

namespace OrleansMq.Broker.Tests.ConsumerGroups;

public sealed class ConsumerGroupTests
{
    private static readonly MessageQueueKey Queue = new("Orders", "broker-a", 0);

    private readonly BrokerOptions _options = new() { MaxMembersPerGroup = 3, MaxSubscriptionsPerMember = 2 };
    private readonly ConsumerGroup _group;

    public ConsumerGroupTests() => _group = new ConsumerGroup("group", _options);

    [Fact]
    public void Heartbeat_RegistersBeforeItReturns()
    {
        GroupChange change = _group.Heartbeat(Member("c1", 11, To("Orders", 1)), 1_000);
        Assert.Equal(["c1"], _group.ClientIds);
        Assert.Equal(1_000, _group.FindMember("c1")!.LastHeartbeatMilliseconds);
        Assert.Equal("*", _group.FindSubscription("Orders")!.Expression);
        Assert.Equal(
            ["SubscriptionChanged Orders", "MembersChanged 1: 11"], Describe(change));
    }

    [Fact]
    public void Heartbeat_TellsAllMembers_WhenOneJoins()
    {
        _group.Heartbeat(Member("c2", 12, To("Orders", 1)), 1_000);
        GroupChange change = _group.Heartbeat(Member("c1", 11, To("Orders", 2)), 1_000);
        Assert.Equal(["MembersChanged 2: 11 12"], Describe(change));
        Assert.Equal(["c1", "c2"], _group.ClientIds);
    }

    [Fact]
    public void Heartbeat_ChangesNothing_WhenTheMemberStays()
    {
        _group.Heartbeat(Member("c1", 11, To("Orders", 1)), 1_000);
        GroupChange change = _group.Heartbeat(Member("c1", 11, To("Orders", 1)), 2_000);
        Assert.Empty(change.Effects);
        Assert.Equal(1, _group.Epoch);
        Assert.Equal(2_000, _group.FindMember("c1")!.LastHeartbeatMilliseconds);
    }

    [Fact]
    public void Heartbeat_TellsNobody_WhenTheMemberComesOverAnotherConnection()
    {
        _group.Heartbeat(Member("c1", 11, To("Orders", 1)), 1_000);
        Assert.Empty(_group.Heartbeat(Member("c1", 99, To("Orders", 1)), 2_000).Effects);
        Assert.Empty(_group.ChannelClosed(Channel(11)).Effects);
        Assert.Equal(["c1"], _group.ClientIds);
        Assert.Equal(["SubscriptionChanged Orders", "MembersChanged 2:"], Describe(_group.ChannelClosed(Channel(99))));
    }

    [Fact]
    public void Heartbeat_TakesTheNewestFilter_WithoutTellingMembers()
    {
        _group.Heartbeat(Member("c1", 11, To("Orders", 5, "a")), 1_000);
        Assert.Equal(
            ["SubscriptionChanged Orders"], Describe(_group.Heartbeat(Member("c1", 11, To("Orders", 6, "b")), 2_000)));
        Assert.Empty(_group.Heartbeat(Member("c1", 11, To("Orders", 6, "c")), 2_000).Effects);
        Assert.Empty(_group.Heartbeat(Member("c1", 11, To("Orders", 4, "d")), 2_000).Effects);
        Assert.Equal("b", _group.FindSubscription("Orders")!.Expression);
    }

    [Fact]
    public void Heartbeat_DropsTopicsItDoesNotName()
    {
        _group.Heartbeat(Member("c1", 11, To("Orders", 1), To("Bills", 1)), 1_000);
        GroupChange change = _group.Heartbeat(Member("c1", 11, To("Bills", 1)), 2_000);
        Assert.Equal(["SubscriptionChanged Orders", "MembersChanged 2: 11"], Describe(change));
        Assert.Equal(["Bills"], _group.Subscriptions.Select(subscription => subscription.Topic));
    }

    [Fact]
    public void Heartbeat_TakesOverKindOfConsumption()
    {
        _group.Heartbeat(
            Member("c1", 11) with
            {
                ConsumeType = ConsumeType.ConsumeActively,
                MessageModel = MessageModel.Broadcasting,
                ConsumeFromWhere = ConsumeFromWhere.ConsumeFromTimestamp,
            },
            1_000);
        Assert.Equal(
            (ConsumeType.ConsumeActively, MessageModel.Broadcasting, ConsumeFromWhere.ConsumeFromTimestamp),
            (_group.ConsumeType, _group.MessageModel, _group.ConsumeFromWhere));
    }

    [Fact]
    public void Heartbeat_TellsNobody_WhenTheGroupIsBroadcastingOrSilent()
    {
        GroupMember broadcasting = Member("c1", 11) with { MessageModel = MessageModel.Broadcasting };
        Assert.Equal(["MembersChanged 1:"], Describe(_group.Heartbeat(broadcasting, 1_000)));

        _group.NotifiesMembers = false;
        Assert.Equal(["MembersChanged 2:"], Describe(_group.Heartbeat(Member("c2", 12), 1_000)));
    }

    [Fact]
    public void Heartbeat_Refuses_WhatExceedsTheLimits()
    {
        Assert.False(_group.Heartbeat(Member("", 1), 1_000).IsAccepted);
        Assert.False(_group.Heartbeat(Member("c1", 1, To("A", 1), To("B", 1), To("C", 1)), 1_000).IsAccepted);
        for (int index = 1; index <= 3; index++)
            Assert.True(_group.Heartbeat(Member($"c{index}", index), 1_000).IsAccepted);
        Assert.Contains("3 members", _group.Heartbeat(Member("c4", 4), 1_000).Problem, StringComparison.Ordinal);
        Assert.True(_group.Heartbeat(Member("c3", 3), 2_000).IsAccepted);
        Assert.Equal(["c1", "c2", "c3"], _group.ClientIds);
    }

    [Fact]
    public void Unregister_TellsTheOthersAndFreesLocks()
    {
        _group.Heartbeat(Member("c1", 11, To("Orders", 1)), 1_000);
        _group.Heartbeat(Member("c2", 12, To("Orders", 1)), 1_000);
        _group.Locks.Lock("c1", [Queue], 1_000);
        Assert.Equal(["LocksReleased c1", "MembersChanged 3: 12"], Describe(_group.Unregister("c1")));
        Assert.Null(_group.Locks.OwnerOf(Queue, 1_000));
        Assert.Empty(_group.Unregister("c1").Effects);
    }

    [Fact]
    public void ChannelClosed_RemovesAllMembersOfTheConnection()
    {
        _group.Heartbeat(Member("c1", 11), 1_000);
        _group.Heartbeat(Member("c2", 11), 1_000);
        _group.Heartbeat(Member("c3", 13), 1_000);
        _group.Locks.Lock("c2", [Queue], 1_000);
        Assert.Equal(["LocksReleased c2", "MembersChanged 4: 13"], Describe(_group.ChannelClosed(Channel(11))));
        Assert.Equal(["c3"], _group.ClientIds);
    }

    [Fact]
    public void MembersChanged_NamesAConnectionOnce_WhenMembersShareIt()
    {
        _group.Heartbeat(Member("c1", 11), 1_000);
        Assert.Equal(["MembersChanged 2: 11"], Describe(_group.Heartbeat(Member("c2", 11), 1_000)));
    }

    [Fact]
    public void Expire_RemovesMembersSilentForLongerThanTheLimit()
    {
        _group.Heartbeat(Member("c1", 11), 0);
        _group.Heartbeat(Member("c2", 12), 1);
        Assert.Empty(_group.Expire(120_000).Effects);
        Assert.Equal(["ChannelExpired c1 11", "MembersChanged 3: 12"], Describe(_group.Expire(120_001)));
        Assert.Equal(["c2"], _group.ClientIds);
    }

    [Fact]
    public void Expire_RemovesNobody_WhenTheClockGoesBack()
    {
        _group.Heartbeat(Member("c1", 11), 1_000_000);
        Assert.Empty(_group.Expire(0).Effects);
    }

    [Fact]
    public void Member_StaysWhileItIsConnectedToAnotherBroker()
    {
        _group.Heartbeat(Member("c1", 11, To("Orders", 1)), 1_000);
        _group.Heartbeat(Member("c1", 11, To("Orders", 1)) with { Channel = Channel(11, "broker-b") }, 50_000);
        Assert.Empty(_group.ChannelClosed(Channel(11, "broker-c")).Effects);
        Assert.Equal(["ChannelExpired c1 11"], Describe(_group.Expire(1_000 + 120_001)));
        Assert.Equal(["c1"], _group.ClientIds);
        Assert.Equal(["SubscriptionChanged Orders", "MembersChanged 2:"], Describe(_group.BrokerLost("broker-b")));
    }

    [Fact]
    public void Restore_TakesOverMembersSubscriptionsAndLocks()
    {
        _group.Heartbeat(Member("c1", 11, To("Orders", 1, "a||b")), 1_000);
        _group.Heartbeat(Member("c1", 12, To("Orders", 1, "a||b")) with { Channel = Channel(12, "broker-b") }, 1_000);
        _group.Heartbeat(Member("c2", 13, To("Orders", 1, "a||b")), 1_000);
        _group.Locks.Lock("c2", [Queue], 1_000);

        string json = JsonSerializer.Serialize(_group.Snapshot());
        var other = new ConsumerGroup("group", _options);
        other.Heartbeat(Member("gone", 99), 1_000);
        other.Restore(JsonSerializer.Deserialize<GroupSnapshot>(json)!, 500_000);

        Assert.Equal(json, JsonSerializer.Serialize(other.Snapshot() with { Members = _group.Snapshot().Members }));
        Assert.Equal(["c1", "c2"], other.ClientIds);
        Assert.Equal("c2", other.Locks.OwnerOf(Queue, 500_000));
        Assert.True(other.FindSubscription("Orders")!.Matches(TagHash.Compute("b")));
        Assert.Empty(other.Expire(500_000 + 120_000).Effects);
        Assert.Equal(["MembersChanged 3: 11 12"], Describe(other.Unregister("c2")).TakeLast(1));
    }

    [Fact]
    public void FindConflicts_NamesMembersThatDisagree()
    {
        _group.Heartbeat(Member("c1", 11, To("Orders", 1, "a"), To("Bills", 1)), 1_000);
        Assert.Empty(_group.FindConflicts());

        _group.Heartbeat(
            Member("c2", 12, To("Orders", 2, "b")) with { MessageModel = MessageModel.Broadcasting }, 1_000);
        Assert.Equal(
            [
                new SubscriptionConflict("c1", "", "Clustering", "Broadcasting"),
                new SubscriptionConflict("c1", "Orders", "a", "b"),
                new SubscriptionConflict("c1", "Bills", "*", null),
            ],
            _group.FindConflicts());

        _group.Heartbeat(Member("c3", 13, To("Orders", 3, "b"), To("Parts", 1)), 1_000);
        Assert.Contains(new SubscriptionConflict("c2", "Parts", null, "*"), _group.FindConflicts());
    }

    private static ClientChannel Channel(long id, string broker = "broker-a") => new(broker, id);

    private static GroupMember Member(string clientId, long channelId, params Subscription[] subscriptions) =>
        new() { ClientId = clientId, Channel = Channel(channelId), Subscriptions = subscriptions };

    private static Subscription To(string topic, long version, string expression = "*")
    {
        Assert.True(
            Subscription.TryParse(topic, expression, ExpressionKind.Tag, version, out Subscription? parsed, out _));
        return parsed;
    }

    private static IEnumerable<string> Describe(GroupChange change)
    {
        Assert.Null(change.Problem);
        return change.Effects.Select(effect => effect switch
        {
            MembersChanged members =>
                $"MembersChanged {members.Epoch}:{string.Concat(members.Channels.Select(channel => $" {channel.Id}"))}",
            SubscriptionChanged subscription => $"SubscriptionChanged {subscription.Topic}",
            LocksReleased released => $"LocksReleased {released.ClientId}",
            ChannelExpired expired => $"ChannelExpired {expired.ClientId} {expired.Channel.Id}",
            _ => effect.ToString(),
        });
    }
}
