using OrleansMq.Broker.Metadata;
using OrleansMq.Broker.Topics;

namespace OrleansMq.Broker.Tests.Topics;

public sealed class TopicRegistryTests
{
    private const string Template = "TBW102";

    private readonly BrokerOptions _options = new();

    [Fact]
    public void Constructor_HasTheSystemTopics()
    {
        var registry = new TopicRegistry(_options);
        Assert.Equal(
            [
                "DefaultCluster_REPLY_TOPIC", "OFFSET_MOVED_EVENT", "OMQ_SYS_DELIVERIES", "OMQ_SYS_POP",
                "RMQ_SYS_TRACE_TOPIC",
                "RMQ_SYS_TRANS_HALF_TOPIC", "RMQ_SYS_TRANS_OP_HALF_TOPIC", "SCHEDULE_TOPIC_XXXX", "SELF_TEST_TOPIC",
                "TBW102", "TRANS_CHECK_MAX_TIME_TOPIC",
            ],
            registry.Topics.Select(topic => topic.Name).Order(StringComparer.Ordinal));
        Assert.Equal(19, registry.Find("SCHEDULE_TOPIC_XXXX")!.WriteQueues);
        Assert.Equal(
            new TopicConfig { Name = Template, Permissions = (TopicPermissions)7 }, registry.Find(Template));
    }

    [Fact]
    public void Constructor_HasNoTemplate_WhenTopicsAreNotCreatedAutomatically()
    {
        _options.AutoCreateTopics = false;
        Assert.Null(new TopicRegistry(_options).Find(Template));
    }

    [Theory]
    [InlineData(4, 4)]
    [InlineData(8, 8)]
    [InlineData(9, 8)]
    [InlineData(0, 1)]
    [InlineData(-3, 1)]
    [InlineData(int.MaxValue, 8)]
    public void FindOrCreate_GivesTheSmallerQueueCount(int requested, int expected)
    {
        var registry = new TopicRegistry(_options);
        TopicResult result = registry.FindOrCreate("Orders", Template, requested, 2, 77);
        Assert.Equal(TopicStatus.Created, result.Status);
        Assert.Equal(
            new TopicConfig { Name =
                "Orders", ReadQueues = expected, WriteQueues = expected, SystemFlag = 2 }, result.Topic);
        Assert.Equal(new DataVersion(0, 77, 1), registry.Version);
    }

    [Fact]
    public void FindOrCreate_FindsTheTopic_WhenItIsThere()
    {
        var registry = new TopicRegistry(_options);
        registry.FindOrCreate("Orders", Template, 4, 0, 77);
        TopicResult result = registry.FindOrCreate("Orders", Template, 8, 0, 78);
        Assert.Equal((TopicStatus.Found, 4), (result.Status, result.Topic!.ReadQueues));
        Assert.Equal(new DataVersion(0, 77, 1), registry.Version);
    }

    [Theory]
    [InlineData("NoSuchTemplate")]
    [InlineData("SELF_TEST_TOPIC")]
    public void FindOrCreate_Refuses_WhenTheTemplateMayNotBeInherited(string template)
    {
        var registry = new TopicRegistry(_options);
        TopicResult result = registry.FindOrCreate("Orders", template, 4, 0, 77);
        Assert.Equal(TopicStatus.NotFound, result.Status);
        Assert.Contains(template, result.Problem, StringComparison.Ordinal);
        Assert.Null(registry.Find("Orders"));
    }

    [Fact]
    public void FindOrCreate_Refuses_WhenTopicsAreNotCreatedAutomatically()
    {
        _options.AutoCreateTopics = false;
        var registry = new TopicRegistry(_options);
        registry.Put(new TopicConfig { Name = "Mold", Permissions = (TopicPermissions)7 }, 1);
        Assert.Equal(TopicStatus.NotFound, registry.FindOrCreate("Orders", "Mold", 4, 0, 77).Status);
    }

    [Theory]
    [InlineData("two words", TopicStatus.Invalid)]
    [InlineData("", TopicStatus.Invalid)]
    [InlineData("rmq_sys_anything", TopicStatus.Reserved)]
    public void FindOrCreate_Refuses_WhenTheNameIsNotAllowed(string name, TopicStatus expected) =>
        Assert.Equal(expected, new TopicRegistry(_options).FindOrCreate(name, Template, 4, 0, 77).Status);

    [Theory]
    [InlineData("%RETRY%group")]
    [InlineData("%DLQ%group")]
    public void FindOrCreate_CreatesTopicsOfGroups_WhateverTheTemplate(string name)
    {
        _options.AutoCreateTopics = false;
        TopicResult result = new TopicRegistry(_options).FindOrCreate(name, "", 8, 0, 77);
        Assert.Equal(TopicStatus.Created, result.Status);
        Assert.Equal(new TopicConfig { Name = name, ReadQueues = 1, WriteQueues = 1 }, result.Topic);
    }

    [Fact]
    public void FindOrCreateRetry_CreatesTheQueuesOfTheGroup()
    {
        TopicResult result = new TopicRegistry(_options).FindOrCreateRetry("group", 3, 0, 77);
        Assert.Equal(new TopicConfig { Name = "%RETRY%group", ReadQueues = 3, WriteQueues = 3 }, result.Topic);
    }

    [Fact]
    public void FindOrCreateDeadLetter_CreatesOneQueueToReadAndWrite()
    {
        TopicResult result = new TopicRegistry(_options).FindOrCreateDeadLetter("group", 77);
        Assert.Equal(new TopicConfig { Name = "%DLQ%group", ReadQueues = 1, WriteQueues = 1 }, result.Topic);
    }

    [Fact]
    public void FindOrCreateRetry_Refuses_WhenTheGroupIsInvalid() => Assert.Equal(
        TopicStatus.Invalid, new TopicRegistry(_options).FindOrCreateRetry(new string('g', 121), 1, 0, 77).Status);

    [Fact]
    public void Put_CreatesThenUpdatesThenFinds()
    {
        var registry = new TopicRegistry(_options);
        var attributes = new Dictionary<string, string> { ["message.type"] = "FIFO" };
        var topic = new TopicConfig { Name = "Orders", Attributes = attributes };
        Assert.Equal(TopicStatus.Created, registry.Put(topic, 1).Status);
        Assert.Equal(TopicStatus.Updated, registry.Put(topic with { ReadQueues = 16 }, 2).Status);
        TopicConfig same = topic with { ReadQueues = 16, Attributes = attributes.ToDictionary() };
        Assert.Equal(TopicStatus.Found, registry.Put(same, 3).Status);
        Assert.Equal(16, registry.Find("Orders")!.ReadQueues);
        Assert.Equal(new DataVersion(0, 2, 2), registry.Version);
    }

    [Theory]
    [InlineData(0, 1, 6, "0 read queues")]
    [InlineData(16_385, 1, 6, "16385 read queues")]
    [InlineData(1, 0, 6, "0 write queues")]
    [InlineData(1, 16_385, 6, "16385 write queues")]
    [InlineData(1, 1, 8, "permission 8")]
    [InlineData(1, 1, -1, "permission -1")]
    public void Put_Refuses_WhenASettingIsNotAllowed(int readQueues, int writeQueues, int permissions, string reason)
    {
        var registry = new TopicRegistry(_options);
        var topic = new TopicConfig
        {
            Name = "Orders",
            ReadQueues = readQueues,
            WriteQueues = writeQueues,
            Permissions = (TopicPermissions)permissions,
        };
        TopicResult result = registry.Put(topic, 1);
        Assert.Equal(TopicStatus.Invalid, result.Status);
        Assert.Contains(reason, result.Problem, StringComparison.Ordinal);
        Assert.Equal(default, registry.Version);
    }

    [Fact]
    public void Put_Accepts_TheLargestQueueCount()
    {
        var topic = new TopicConfig { Name = "Big", ReadQueues = 16_384, WriteQueues = 16_384 };
        Assert.Equal(TopicStatus.Created, new TopicRegistry(_options).Put(topic, 1).Status);
    }

    [Fact]
    public void Put_Refuses_TooManyAttributes()
    {
        _options.MaxAttributes = 1;
        var attributes = new Dictionary<string, string> { ["a"] = "1", ["b"] = "2" };
        TopicResult result =
            new TopicRegistry(_options).Put(new TopicConfig { Name = "Orders", Attributes = attributes }, 1);
        Assert.Equal(TopicStatus.Invalid, result.Status);
    }

    [Theory]
    [InlineData("TBW102")]
    [InlineData("SCHEDULE_TOPIC_XXXX")]
    [InlineData("DefaultCluster_REPLY_TOPIC")]
    [InlineData("rmq_sys_wheel_timer")]
    public void PutAndDelete_Refuse_SystemTopics(string name)
    {
        var registry = new TopicRegistry(_options);
        Assert.Equal(TopicStatus.Reserved, registry.Put(new TopicConfig { Name = name }, 1).Status);
        Assert.Equal(TopicStatus.Reserved, registry.Delete(name, 1).Status);
    }

    [Fact]
    public void Delete_RemovesTheTopic()
    {
        var registry = new TopicRegistry(_options);
        registry.Put(new TopicConfig { Name = "Orders" }, 1);
        Assert.Equal(TopicStatus.Deleted, registry.Delete("Orders", 2).Status);
        Assert.Null(registry.Find("Orders"));
        Assert.Equal(TopicStatus.NotFound, registry.Delete("Orders", 3).Status);
        Assert.Equal(new DataVersion(0, 2, 2), registry.Version);
    }

    [Fact]
    public void Put_Refuses_WhenTheBrokerHasTooManyTopics()
    {
        _options.MaxTopics = new TopicRegistry(_options).Count + 1;
        var registry = new TopicRegistry(_options);
        Assert.Equal(TopicStatus.Created, registry.Put(new TopicConfig { Name = "A" }, 1).Status);
        Assert.Equal(TopicStatus.LimitReached, registry.Put(new TopicConfig { Name = "B" }, 2).Status);
        Assert.Equal(TopicStatus.LimitReached, registry.FindOrCreate("C", Template, 1, 0, 2).Status);
        Assert.Equal(TopicStatus.Updated, registry.Put(new TopicConfig { Name = "A", Order = true }, 3).Status);
    }

    [Fact]
    public void Restore_BringsBackWhatSnapshotTook()
    {
        var before = new TopicRegistry(_options);
        before.Put(new TopicConfig { Name = "Orders", Order = true }, 5);
        var after = new TopicRegistry(_options);
        after.Restore(before.Snapshot());
        Assert.Equal(before.Snapshot().Topics, after.Snapshot().Topics);
        Assert.Equal(new DataVersion(0, 5, 1), after.Version);
    }

    [Fact]
    public void Restore_DropsTheTemplate_WhenTopicsAreNotCreatedAutomatically()
    {
        TopicTable stored = new TopicRegistry(_options).Snapshot();
        var registry = new TopicRegistry(new BrokerOptions { AutoCreateTopics = false });
        registry.Restore(stored);
        Assert.Null(registry.Find(Template));
    }

    [Fact]
    public void Restore_KeepsTheQueuesThatTheDelayLevelsNeed()
    {
        var registry = new TopicRegistry(_options);
        registry.Restore(new TopicTable(
            [new TopicConfig { Name = "SCHEDULE_TOPIC_XXXX", ReadQueues = 18, WriteQueues = 18 }], default));
        Assert.Equal(19, registry.Find("SCHEDULE_TOPIC_XXXX")!.WriteQueues);
    }
}
