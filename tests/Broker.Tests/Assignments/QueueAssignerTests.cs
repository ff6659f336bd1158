using OrleansMq.Broker.Assignments;
using OrleansMq.Broker.Clustering;
using OrleansMq.Broker.KeyValues;
using OrleansMq.Protocol.Bodies;
using TopicConfig = OrleansMq.Broker.Topics.TopicConfig;

namespace OrleansMq.Broker.Tests.Assignments;

/// <summary>What a consumer of a cluster with two brokers is told.</summary>
public sealed class QueueAssignerTests : IClusterRoutes
{
    private readonly TopicConfig _topic = new() { Name = "Orders", ReadQueues = 2, WriteQueues = 2 };
    private BrokerEntry[] _brokers = [new("b", "h:2", true), new("a", "h:1", IsWritable: false)];
    private string[] _members = ["c2", "c10", "c1"];

    public IReadOnlyList<BrokerEntry> Brokers => _brokers;

    public IEnumerable<string> Topics => [_topic.Name];

    public KeyValueTable KeyValues { get; private set; } = new();

    public TopicRoute? Find(string topic) => topic == _topic.Name ? new TopicRoute(_topic, _brokers) : null;

    [Fact]
    public void Members_GetTheQueuesOfAllBrokers_SortedByName()
    {
        Assert.Equal("PULL a0 a1", Ask("c1"));
        Assert.Equal("PULL b0", Ask("c10"));
        Assert.Equal("PULL b1", Ask("c2"));
        Assert.Equal("PULL a0 b1", Ask("c1", "AVG_BY_CIRCLE"));
    }

    [Fact]
    public void PoppingMembers_GetAllBrokers_WhateverTheirStrategy()
    {
        SetPop(0);

        Assert.Equal("POP a-1 b-1", Ask("c1"));
        Assert.Equal("POP a-1 b-1", Ask("c2", "CONSISTENT_HASH"));
    }

    [Fact]
    public void PoppingMembers_ShareTheQueuesOfSome()
    {
        _members = ["c1", "c2", "c3", "c4"];
        SetPop(1);

        Assert.Equal("POP a0 a1", Ask("c1"));
        Assert.Equal("POP b1 a0", Ask("c4"));
    }

    [Fact]
    public void BroadcastingMembers_PullEverything()
    {
        SetPop(0);

        Assert.Equal("PULL a0 a1 b0 b1", Ask("nobody", model: MessageModel.Broadcasting));
    }

    [Fact]
    public void NothingIsSaid_WhileTopicOrMemberIsUnknown()
    {
        Assert.Equal("unknown", Ask("c3"));
        Assert.Equal("unknown", Ask("c1", topic: "Other"));
        _brokers = [];
        Assert.Equal("unknown", Ask("c1"));
    }

    [Fact]
    public void UnknownStrategy_IsRefused_SoThatTheClientSharesByItself()
    {
        Assert.Contains("'CONSISTENT_HASH'", Ask("c1", "CONSISTENT_HASH"), StringComparison.Ordinal);
        SetPop(1);
        Assert.Contains("AVG_BY_CIRCLE can", Ask("c1", ""), StringComparison.Ordinal);
    }

    private void SetPop(int sharedWith)
    {
        var mode = new RequestMode(MessageRequestMode.Pop, sharedWith);
        KeyValues = KeyValues.Put(
            RequestModes.Namespace, RequestModes.KeyOf("Orders", "g"), mode.Text, new KeyValueOptions(), out _);
    }

    private string Ask(
        string client, string strategy = "AVG", MessageModel model = MessageModel.Clustering, string topic = "Orders")
    {
        Assignment answer = QueueAssigner.Assign(
            new AssignmentQuestion
            {
                Topic = topic,
                ConsumerGroup = "g",
                ClientId = client,
                StrategyName = strategy,
                MessageModel = model,
            },
            this, _members);
        return answer.Problem ?? (answer.Queues is null
            ? "unknown"
            : string.Join(' ', answer.Queues.Select(queue => $"{queue.BrokerName}{queue.QueueId}")
                .Prepend(answer.Mode == MessageRequestMode.Pop ? "POP" : "PULL")));
    }
}
