using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.Sending;
using OrleansMq.Broker.Topics;
using OrleansMq.Messages.Records;
using OrleansMq.Protocol.Codes;

namespace OrleansMq.Broker.Tests.Nodes;

public sealed class SendTests : IDisposable
{
    private readonly TestBroker _broker = new();

    [Fact]
    public void Send_CreatesTopicWithTheQueuesAskedFor_WhenItIsUnknown()
    {
        SendResult result = _broker.Send("Orders", "one", queueId: 3);

        Assert.Equal((ResponseCode.Success, 3, 0L), (result.Code, result.QueueId, result.Append.QueueOffset));
        TopicConfig topic = _broker.Node.Topics.Find("Orders")!.Config;
        Assert.Equal((4, 4, TopicPermissions.ReadWrite), (topic.ReadQueues, topic.WriteQueues, topic.Permissions));
        Assert.Equal(["one"], _broker.BodiesOf("Orders", 3));
    }

    [Fact]
    public void Send_IsRefused_WhenTopicsAreNotCreatedAutomatically()
    {
        using var broker = new TestBroker(options => options.AutoCreateTopics = false);

        Assert.Equal(ResponseCode.TopicNotExist, broker.Send("Orders", "one").Code);
        Assert.Null(broker.Node.Topics.Find("Orders"));
    }

    [Theory]
    [InlineData("SCHEDULE_TOPIC_XXXX")]
    [InlineData("RMQ_SYS_TRANS_HALF_TOPIC")]
    public void Send_IsRefused_WhenTopicBelongsToTheBroker(string topic) =>
        Assert.Equal(ResponseCode.NoPermission, _broker.Send(topic, "one").Code);

    [Fact]
    public void Send_IsRefused_WhenTopicIsReadOnly()
    {
        Put("Orders", TopicPermissions.Read);

        Assert.Equal(ResponseCode.NoPermission, _broker.Send("Orders", "one").Code);
        Assert.Equal(ResponseCode.PullNotFound, _broker.Pull("Orders").Outcome.Code);
    }

    [Fact]
    public void Pull_IsRefused_WhenTopicIsWriteOnly()
    {
        Put("Orders", TopicPermissions.Write);

        Assert.Equal(ResponseCode.Success, _broker.Send("Orders", "one").Code);
        Assert.Equal(ResponseCode.NoPermission, _broker.Pull("Orders").Outcome.Code);
    }

    [Fact]
    public void Pull_IsRefused_WhenGroupMayNotConsume()
    {
        _broker.Send("Orders", "one");
        _broker.Node.Groups.Put(new SubscriptionGroupConfig { Name = "consumers", ConsumeEnable = false });

        Assert.Equal(ResponseCode.NoPermission, _broker.Pull("Orders").Outcome.Code);
    }

    [Fact]
    public void Send_StoresTheLongestBodyAndRefusesOneByteMore()
    {
        string longest = new('x', _broker.Store.MaxMessageBytes);

        Assert.Equal(ResponseCode.Success, _broker.Send("Orders", longest).Code);
        Assert.Equal(ResponseCode.MessageIllegal, _broker.Send("Orders", longest + "x").Code);
        Assert.Equal(1, _broker.Node.Topics.Find("Orders")!.Queue(0).MaxOffset);
    }

    [Fact]
    public void Send_IsRefused_WhenPropertiesAreTooLong()
    {
        string properties = $"KEYS\u0001{new string('k', RecordEncoder.MaxPropertiesBytes)}\u0002";

        Assert.Equal(ResponseCode.MessageIllegal, _broker.Send("Orders", "one", properties: properties).Code);
    }

    [Fact]
    public void Send_IsRefused_WhenQueueIsBeyondTheTopic() =>
        Assert.Equal(ResponseCode.SystemError, _broker.Send("Orders", "one", queueId: 4).Code);

    [Fact]
    public void Send_TakesEachQueueInTurn_WhenNoneIsChosen()
    {
        int[] queues = [.. Enumerable.Range(0, 4).Select(_ => _broker.Send("Orders", "one", queueId: -1).QueueId)];

        Assert.Equal([0, 1, 2, 3], queues.Order());
    }

    [Fact]
    public void Send_GoesToTheDeadLetters_WhenARetryWasTriedTooOften()
    {
        _broker.Send("%RETRY%consumers", "one", reconsumeTimes: 16);

        Assert.Equal(0, _broker.Node.Topics.Find("%RETRY%consumers")!.Queue(0).MaxOffset);
        Assert.Equal(1, _broker.Node.Topics.Find("%DLQ%consumers")!.Queue(0).MaxOffset);
    }

    public void Dispose() => _broker.Dispose();

    private void Put(string topic, TopicPermissions permissions) =>
        Assert.Equal(
            TopicStatus.Created,
            _broker.Node.Topics.Put(new TopicConfig { Name = topic, Permissions = permissions }).Status);
}
