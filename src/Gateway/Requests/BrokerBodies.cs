using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.Producers;
using OrleansMq.Broker.Topics;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Codes;
using BrokerDataVersion = OrleansMq.Broker.Metadata.DataVersion;
using BrokerGroupConfig = OrleansMq.Broker.ConsumerGroups.SubscriptionGroupConfig;
using BrokerTopicConfig = OrleansMq.Broker.Topics.TopicConfig;
using SubscriptionGroupConfig = OrleansMq.Protocol.Bodies.SubscriptionGroupConfig;
using TopicConfig = OrleansMq.Protocol.Bodies.TopicConfig;

namespace OrleansMq.Gateway.Requests;

/// <summary>The broker's words for topics and groups, and the bodies that carry them.</summary>
internal static class BrokerBodies
{
    public static DataVersion Of(BrokerDataVersion version) => new()
    {
        Counter = version.Counter,
        StateVersion = version.StateVersion,
        Timestamp = version.Timestamp,
    };

    public static TopicConfig Of(BrokerTopicConfig topic) => new()
    {
        TopicName = topic.Name,
        ReadQueueNums = topic.ReadQueues,
        WriteQueueNums = topic.WriteQueues,
        Perm = (int)topic.Permissions,
        TopicSysFlag = topic.SystemFlag,
        Order = topic.Order,
        Attributes = new Dictionary<string, string>(topic.Attributes),
    };

    /// <summary>
    /// A topic as a request asks for it: its attributes are changes, marked with a plus sign or, with a value that says
    /// nothing, with a minus sign.
    /// </summary>
    public static BrokerTopicConfig ToConfig(TopicConfig body) => new()
    {
        Name = body.TopicName,
        ReadQueues = body.ReadQueueNums,
        WriteQueues = body.WriteQueueNums,
        Permissions = (TopicPermissions)body.Perm,
        Order = body.Order,
        SystemFlag = body.TopicSysFlag,
        AttributeChanges = string.Join(',', body.Attributes.Select(
            change => change.Key.StartsWith('-') ? change.Key : $"{change.Key}={change.Value}")),
    };

    public static SubscriptionGroupConfig Of(BrokerGroupConfig group) => new()
    {
        GroupName = group.Name,
        ConsumeEnable = group.ConsumeEnable,
        ConsumeFromMinEnable = group.ConsumeFromMinEnable,
        ConsumeBroadcastEnable = group.ConsumeBroadcastEnable,
        ConsumeMessageOrderly = group.ConsumeMessageOrderly,
        RetryQueueNums = group.RetryQueues,
        RetryMaxTimes = group.RetryMaxTimes,
        BrokerId = group.BrokerId,
        WhichBrokerWhenConsumeSlowly = group.WhichBrokerWhenConsumeSlowly,
        NotifyConsumerIdsChangedEnable = group.NotifyConsumerIdsChangedEnable,
        GroupSysFlag = group.SystemFlag,
        ConsumeTimeoutMinute = group.ConsumeTimeoutMinutes,
        Attributes = new Dictionary<string, string>(group.Attributes),
    };

    public static ConsumerConnection Of(ConsumerGroup group) => new()
    {
        Connections = [.. group.Members.Select(member => new ClientConnection
        {
            ClientId = member.ClientId,
            ClientAddress = member.RemoteAddress,
            Language = LanguageOf(member.Language),
            Version = member.Version,
        })],
        Subscriptions = group.Subscriptions.ToDictionary(
            subscription => subscription.Topic,
            Of,
            StringComparer.Ordinal),
        ConsumeType = group.ConsumeType,
        MessageModel = group.MessageModel,
        ConsumeFromWhere = group.ConsumeFromWhere,
    };

    /// <summary>A subscription with its kind, without which a condition would be taken for tags.</summary>
    public static SubscriptionData Of(Subscription subscription) => new()
    {
        Topic = subscription.Topic,
        SubString = subscription.Expression,
        TagsSet = [.. subscription.Tags],
        CodeSet = [.. subscription.Codes.Select(code => (long)code)],
        SubVersion = subscription.Version,
        ExpressionType = subscription.Kind == ExpressionKind.Sql92 ? "SQL92" : "TAG",
    };

    public static ClientConnection Of(ProducerMember member) => new()
    {
        ClientId = member.ClientId,
        ClientAddress = member.RemoteAddress,
        Language = LanguageOf(member.Language),
        Version = member.Version,
    };

    public static ProducerInfo InfoOf(ProducerMember member) => new()
    {
        ClientId = member.ClientId,
        RemoteAddress = member.RemoteAddress,
        Language = LanguageOf(member.Language),
        Version = member.Version,
        LastUpdateTimestamp = member.LastHeartbeatMilliseconds,
    };

    public static BrokerGroupConfig ToConfig(SubscriptionGroupConfig body) => new()
    {
        Name = body.GroupName,
        ConsumeEnable = body.ConsumeEnable,
        ConsumeFromMinEnable = body.ConsumeFromMinEnable,
        ConsumeBroadcastEnable = body.ConsumeBroadcastEnable,
        ConsumeMessageOrderly = body.ConsumeMessageOrderly,
        RetryQueues = body.RetryQueueNums,
        RetryMaxTimes = body.RetryMaxTimes,
        BrokerId = body.BrokerId,
        WhichBrokerWhenConsumeSlowly = body.WhichBrokerWhenConsumeSlowly,
        NotifyConsumerIdsChangedEnable = body.NotifyConsumerIdsChangedEnable,
        SystemFlag = body.GroupSysFlag,
        ConsumeTimeoutMinutes = body.ConsumeTimeoutMinute,
        Attributes = body.Attributes,
    };

    private static LanguageCode LanguageOf(string name) =>
        Enum.TryParse(name, out LanguageCode language) ? language : LanguageCode.Other;
}
