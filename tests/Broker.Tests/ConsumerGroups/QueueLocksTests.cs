using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Protocol.Bodies;

namespace OrleansMq.Broker.Tests.ConsumerGroups;

public sealed class QueueLocksTests
{
    private static readonly MessageQueueKey Q0 = new("Orders", "broker-a", 0);
    private static readonly MessageQueueKey Q1 = new("Orders", "broker-a", 1);
    private static readonly MessageQueueKey OtherTopic = new("Bills", "broker-a", 0);

    private readonly QueueLocks _locks = new(new BrokerOptions { MaxQueueLocksPerGroup = 3 });

    [Fact]
    public void Lock_GivesWhatIsFree()
    {
        Assert.Equal([Q0], _locks.Lock("c1", [Q0, Q0], 0));
        Assert.Equal([Q1], _locks.Lock("c2", [Q0, Q1], 0));
        Assert.Equal(("c1", "c2"), (_locks.OwnerOf(Q0, 0), _locks.OwnerOf(Q1, 0)));
    }

    [Fact]
    public void Lock_DistinguishesBrokers()
    {
        _locks.Lock("c1", [Q0], 0);
        Assert.Single(_locks.Lock("c2", [Q0 with { BrokerName = "broker-b" }], 0));
    }

    [Fact]
    public void Lock_RenewsForItsOwner()
    {
        _locks.Lock("c1", [Q0], 0);
        Assert.Equal([Q0], _locks.Lock("c1", [Q0], 60_000));
        Assert.Empty(_locks.Lock("c2", [Q0], 120_000));
    }

    [Fact]
    public void Lock_GoesToAnother_OnceItEnded()
    {
        _locks.Lock("c1", [Q0], 0);
        Assert.Empty(_locks.Lock("c2", [Q0], 60_000));
        Assert.Null(_locks.OwnerOf(Q0, 60_001));
        Assert.Equal([Q0], _locks.Lock("c2", [Q0], 60_001));
        Assert.Empty(_locks.Lock("c1", [Q0], 60_001));
    }

    [Fact]
    public void Lock_KeepsTheOwner_WhenTheClockGoesBack()
    {
        _locks.Lock("c1", [Q0], 1_000_000);
        Assert.Empty(_locks.Lock("c2", [Q0], 0));
    }

    [Fact]
    public void Unlock_FreesOnlyWhatTheClientHolds()
    {
        _locks.Lock("c1", [Q0], 0);
        _locks.Unlock("c2", [Q0]);
        Assert.Equal("c1", _locks.OwnerOf(Q0, 0));
        _locks.Unlock("c1", [Q0, Q1]);
        Assert.Null(_locks.OwnerOf(Q0, 0));
    }

    [Fact]
    public void Release_FreesAllOfAClient()
    {
        _locks.Lock("c1", [Q0, OtherTopic], 0);
        _locks.Lock("c2", [Q1], 0);
        Assert.Equal([Q0, OtherTopic], _locks.Release("c1"));
        Assert.Equal("c2", _locks.OwnerOf(Q1, 0));
        Assert.Equal(1, _locks.Count);
    }

    [Fact]
    public void RemoveTopic_FreesItsQueues()
    {
        _locks.Lock("c1", [Q0, Q1, OtherTopic], 0);
        _locks.RemoveTopic("Orders");
        Assert.Equal((null, "c1"), (_locks.OwnerOf(Q0, 0), _locks.OwnerOf(OtherTopic, 0)));
    }

    [Fact]
    public void Lock_LeavesOut_WhatExceedsTheLimit()
    {
        MessageQueueKey fourth = Q0 with { QueueId = 3 };
        _locks.Lock("c1", [Q0, Q1, OtherTopic], 0);
        Assert.Empty(_locks.Lock("c1", [fourth], 60_000));
        Assert.Equal([fourth], _locks.Lock("c1", [fourth], 60_001));
        Assert.Equal(1, _locks.Count);
    }
}
