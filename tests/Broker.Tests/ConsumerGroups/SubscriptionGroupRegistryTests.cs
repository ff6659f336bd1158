using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.Metadata;
using OrleansMq.Broker.Tests.Metadata;

namespace OrleansMq.Broker.Tests.ConsumerGroups;

public sealed class SubscriptionGroupRegistryTests
{
    private readonly BrokerOptions _options = new();

    [Fact]
    public void Constructor_HasTheGroupsOfTools()
    {
        var registry = new SubscriptionGroupRegistry(_options);
        Assert.NotNull(registry.Find("TOOLS_CONSUMER"));
        Assert.NotNull(registry.Find("CID_RMQ_SYS_TRANS"));
    }

    [Fact]
    public void FindOrCreate_CreatesWithTheDefaults()
    {
        var registry = new SubscriptionGroupRegistry(_options);
        SubscriptionGroupResult result = registry.FindOrCreate("group", 5);
        Assert.Equal(SubscriptionGroupStatus.Created, result.Status);
        Assert.Equal(new SubscriptionGroupConfig { Name = "group" }, result.Group);
        Assert.Equal(
            (16, 1, true), (result.Group!.RetryMaxTimes, result.Group.RetryQueues, result.Group.ConsumeEnable));
        Assert.Equal(SubscriptionGroupStatus.Found, registry.FindOrCreate("group", 6).Status);
        Assert.Equal(new DataVersion(0, 5, 1), registry.Version);
    }

    [Theory]
    [InlineData("group", SubscriptionGroupStatus.NotFound)]
    [InlineData("CID_RMQ_SYS_NEW", SubscriptionGroupStatus.Created)]
    [InlineData("two words", SubscriptionGroupStatus.Invalid)]
    public void FindOrCreate_CreatesOnlySystemGroups_WhenGroupsAreNotCreatedAutomatically(
        string group, SubscriptionGroupStatus expected)
    {
        _options.AutoCreateGroups = false;
        Assert.Equal(expected, new SubscriptionGroupRegistry(_options).FindOrCreate(group, 5).Status);
    }

    [Fact]
    public void Put_CreatesThenUpdatesThenFinds()
    {
        var registry = new SubscriptionGroupRegistry(_options);
        var group = new SubscriptionGroupConfig { Name = "group" };
        Assert.Equal(SubscriptionGroupStatus.Created, registry.Put(group, 1).Status);
        Assert.Equal(SubscriptionGroupStatus.Updated, registry.Put(group with { RetryMaxTimes = 3 }, 2).Status);
        Assert.Equal(SubscriptionGroupStatus.Found, registry.Put(group with { RetryMaxTimes = 3 }, 3).Status);
        Assert.Equal(new DataVersion(0, 2, 2), registry.Version);
    }

    [Fact]
    public void Put_Refuses_WhenASettingIsNotAllowed()
    {
        _options.MaxAttributes = 0;
        var registry = new SubscriptionGroupRegistry(_options);
        var group = new SubscriptionGroupConfig { Name = "group" };
        Assert.Equal(SubscriptionGroupStatus.Invalid, registry.Put(group with { Name = "" }, 1).Status);
        Assert.Equal(SubscriptionGroupStatus.Invalid, registry.Put(group with { RetryQueues = -1 }, 1).Status);
        Assert.Equal(SubscriptionGroupStatus.Invalid, registry.Put(group with { RetryQueues = 16_385 }, 1).Status);
        Assert.Equal(SubscriptionGroupStatus.Invalid, registry.Put(group with { ConsumeTimeoutMinutes = 0 }, 1).Status);
        var attributes = new Dictionary<string, string> { ["a"] = "1" };
        Assert.Equal(SubscriptionGroupStatus.Invalid, registry.Put(group with { Attributes = attributes }, 1).Status);
        Assert.Null(registry.Find("group"));
    }

    [Fact]
    public void Put_Refuses_WhenTheBrokerHasTooManyGroups()
    {
        _options.MaxConsumerGroups = new SubscriptionGroupRegistry(_options).Groups.Count;
        Assert.Equal(
            SubscriptionGroupStatus.LimitReached,
            new SubscriptionGroupRegistry(_options).FindOrCreate("group", 1).Status);
    }

    [Fact]
    public void Delete_RemovesTheGroup()
    {
        var registry = new SubscriptionGroupRegistry(_options);
        registry.FindOrCreate("group", 1);
        Assert.Equal(SubscriptionGroupStatus.Deleted, registry.Delete("group", 2).Status);
        Assert.Equal(SubscriptionGroupStatus.NotFound, registry.Delete("group", 3).Status);
        Assert.Equal(new DataVersion(0, 2, 2), registry.Version);
    }

    [Fact]
    public void File_BringsBackEverySetting()
    {
        var before = new SubscriptionGroupRegistry(_options);
        before.Put(Unusual, 5);
        byte[] file = SubscriptionGroupsFile.Encode(before.Snapshot());
        Assert.True(
            SubscriptionGroupsFile.TryDecode(file, out SubscriptionGroupTable? table, out string? problem), problem);
        var after = new SubscriptionGroupRegistry(_options);
        after.Restore(table);
        Assert.Equal(before.Snapshot().Groups, after.Snapshot().Groups);
        Assert.Equal(Unusual, after.Find("group"));
        Assert.Equal(new DataVersion(0, 5, 1), after.Version);
    }

    [Fact]
    public void File_IsReadAsRocketMqWritesIt()
    {
        ReadOnlySpan<byte> file = """
            {"dataVersion":{"counter":2,"timestamp":1650000000000},"forbiddenTable":{},"subscriptionGroupTable":{
            "group":{"attributes":{},"brokerId":0,"consumeBroadcastEnable":true,"consumeEnable":false,
            "groupName":"group","groupRetryPolicy":{"type":"CUSTOMIZED"},"retryMaxTimes":3,"retryQueueNums":1}}}
            """u8;
        Assert.True(
            SubscriptionGroupsFile.TryDecode(file, out SubscriptionGroupTable? table, out string? problem), problem);
        Assert.Equal(
            [new SubscriptionGroupConfig { Name = "group", ConsumeEnable = false, RetryMaxTimes = 3 }], table.Groups);
    }

    [Fact]
    public void File_NeverThrows_WhateverTheDamage() => Damage.AssertNeverThrows<SubscriptionGroupTable>(
        SubscriptionGroupsFile.TryDecode, SubscriptionGroupsFile.Encode(
            new SubscriptionGroupTable([Unusual], default)));

    private static SubscriptionGroupConfig Unusual => new()
    {
        Name = "group",
        ConsumeEnable = false,
        ConsumeFromMinEnable = false,
        ConsumeBroadcastEnable = false,
        ConsumeMessageOrderly = true,
        RetryQueues = 2,
        RetryMaxTimes = 3,
        BrokerId = 4,
        WhichBrokerWhenConsumeSlowly = 5,
        NotifyConsumerIdsChangedEnable = false,
        SystemFlag = 6,
        ConsumeTimeoutMinutes = 7,
        Attributes = new Dictionary<string, string> { ["priority.factor"] = "8" },
    };
}
