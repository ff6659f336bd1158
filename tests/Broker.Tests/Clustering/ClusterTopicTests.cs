using OrleansMq.Broker.Clustering;
using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.Topics;

namespace OrleansMq.Broker.Tests.Clustering;

public sealed class ClusterTopicTests
{
    private static readonly BrokerOptions Options = new();
    private static readonly ClusterCall Call = new("c", ["b", "a"], 1_000);

    [Fact]
    public void NewTopic_GetsQueuesOnEveryBroker_AndOnTheOneThatWasAsked()
    {
        ClusterTopic topic = Unknown("Orders");
        Assert.Equal(TopicStatus.Created, topic.Put(new TopicConfig { Name = "Orders", WriteQueues = 3 }, Call).Status);
        Assert.Equal((1, 3), (topic.Entry.Version, topic.Entry.Config!.WriteQueues));
        Assert.Equal(["a", "b", "c"], topic.Entry.Brokers);
    }

    [Fact]
    public void Put_ChangesTheTopicEverywhere_AndGivesQueuesToTheBrokerThatWasAsked()
    {
        var topic = new ClusterTopic(new TopicEntry("Orders", new TopicConfig { Name = "Orders" }, ["a"], 7), Options);
        Assert.Equal(TopicStatus.Found, topic.Put(new TopicConfig { Name = "Orders" }, Call).Status);
        Assert.Equal((8, "a,c"), (topic.Entry.Version, string.Join(',', topic.Entry.Brokers)));
        Assert.Equal(TopicStatus.Found, topic.Put(new TopicConfig { Name = "Orders" }, Call).Status);
        Assert.Equal(8, topic.Entry.Version);
        Assert.Equal(TopicStatus.Updated, topic.Put(new TopicConfig { Name = "Orders", ReadQueues = 2 }, Call).Status);
        Assert.Equal((9, 2), (topic.Entry.Version, topic.Entry.Config!.ReadQueues));
    }

    [Fact]
    public void FindOrCreate_AddsNoBroker_WhenTheTopicIsThere()
    {
        var topic = new ClusterTopic(new TopicEntry("Orders", new TopicConfig { Name = "Orders" }, ["a"], 7), Options);
        Assert.Equal(TopicStatus.Found, topic.FindOrCreate("TBW102", null, 4, Call).Status);
        Assert.Equal((7, "a"), (topic.Entry.Version, topic.Entry.Brokers.Single()));
    }

    [Fact]
    public void FindOrCreate_InheritsFromATemplateThatMayBeInherited()
    {
        ClusterTopic automatic = Unknown("Orders");
        Assert.Equal(4, automatic.FindOrCreate("TBW102", null, 4, Call).Topic!.WriteQueues);

        var template = new TopicConfig { Name = "Model", WriteQueues = 2, Permissions = TopicPermissions.ReadWrite | TopicPermissions.Inherit };
        Assert.Equal(2, Unknown("Orders").FindOrCreate("Model", template, 4, Call).Topic!.WriteQueues);
        ClusterTopic refused = Unknown("Orders");
        Assert.Equal(TopicStatus.NotFound, refused.FindOrCreate("Model", template with { Permissions = TopicPermissions.ReadWrite }, 4, Call).Status);
        Assert.Equal((0, null), (refused.Entry.Version, refused.Entry.Config));
    }

    [Fact]
    public void RetryAndDeadLetterTopics_GetQueuesWhereverTheyAreAskedFor()
    {
        ClusterTopic retry = Unknown("%RETRY%g");
        Assert.Equal(TopicStatus.Created, retry.FindOrCreateRetry("g", 1, Call).Status);
        Assert.Equal(TopicStatus.Found, retry.FindOrCreateRetry("g", 1, Call with { AskedBroker = "d" }).Status);
        Assert.Equal(["a", "b", "c", "d"], retry.Entry.Brokers);

        ClusterTopic dead = Unknown("%DLQ%g");
        Assert.Equal(TopicStatus.Created, dead.FindOrCreateDeadLetter("g", Call).Status);
        Assert.Equal(1, dead.Entry.Config!.WriteQueues);
    }

    [Fact]
    public void Delete_KeepsTheVersionGrowing()
    {
        var topic = new ClusterTopic(new TopicEntry("Orders", new TopicConfig { Name = "Orders" }, ["a"], 7), Options);
        Assert.Equal(TopicStatus.Deleted, topic.Delete(Call).Status);
        Assert.Equal((8, null, 0), (topic.Entry.Version, topic.Entry.Config, topic.Entry.Brokers.Count));
        Assert.Equal(TopicStatus.NotFound, topic.Delete(Call).Status);
        Assert.Equal(TopicStatus.Created, topic.Put(new TopicConfig { Name = "Orders" }, Call).Status);
        Assert.Equal(9, topic.Entry.Version);
    }

    [Fact]
    public void SystemTopics_AreRefused()
    {
        ClusterTopic topic = Unknown("SCHEDULE_TOPIC_XXXX");
        Assert.Equal(TopicStatus.Reserved, topic.Put(new TopicConfig { Name = "SCHEDULE_TOPIC_XXXX" }, Call).Status);
        Assert.Equal(0, topic.Entry.Version);
    }

    [Fact]
    public void Group_IsDecidedLikeATopic()
    {
        var group = new ClusterGroup(new GroupEntry("g", null, 0), Options);
        Assert.Equal(SubscriptionGroupStatus.NotFound, group.Delete(0).Status);
        Assert.Equal(SubscriptionGroupStatus.Created, group.FindOrCreate(0).Status);
        Assert.Equal(SubscriptionGroupStatus.Found, group.FindOrCreate(0).Status);
        Assert.Equal(1, group.Entry.Version);
        Assert.Equal(SubscriptionGroupStatus.Updated, group.Put(new SubscriptionGroupConfig { Name = "g", RetryQueues = 2 }, 0).Status);
        Assert.Equal((2, 2), (group.Entry.Version, group.Entry.Config!.RetryQueues));
        Assert.Equal(SubscriptionGroupStatus.Invalid, group.Put(new SubscriptionGroupConfig { Name = "g", RetryQueues = -2 }, 0).Status);
        Assert.Equal(SubscriptionGroupStatus.Deleted, group.Delete(0).Status);
        Assert.Equal((3, null), (group.Entry.Version, group.Entry.Config));
    }

    private static ClusterTopic Unknown(string name) => new(new TopicEntry(name, null, [], 0), Options);
}
