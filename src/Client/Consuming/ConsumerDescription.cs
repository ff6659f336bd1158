using OrleansMq.Client.Consuming.Queues;
using OrleansMq.Client.Receiving;
using OrleansMq.Messages.Properties;
using OrleansMq.Messages.Topics;
using OrleansMq.Protocol.Bodies;

namespace OrleansMq.Client.Consuming;

/// <summary>What brokers are told of a consumer.</summary>
internal static class ConsumerDescription
{
    /// <summary>The consumer as heartbeats describe it.</summary>
    /// <param name="options">What it consumes.</param>
    /// <param name="madeAt">When it was made: where members want different things, the younger one counts.</param>
    public static ConsumerData Of(ConsumerOptions options, DateTimeOffset madeAt) => new()
    {
        GroupName = options.Group,
        ConsumeType = ConsumeType.ConsumePassively,
        MessageModel = options.IsBroadcasting ? MessageModel.Broadcasting : MessageModel.Clustering,
        ConsumeFromWhere = options.StartAt.Time is not null ? ConsumeFromWhere.ConsumeFromTimestamp
            : options.StartAt.IsLatest ? ConsumeFromWhere.ConsumeFromLastOffset
            : ConsumeFromWhere.ConsumeFromFirstOffset,
        SubscriptionDataSet = SubscriptionsOf(options, madeAt),
    };

    /// <summary>What it wants, its group's retry topic too.</summary>
    public static List<SubscriptionData> SubscriptionsOf(ConsumerOptions options, DateTimeOffset madeAt)
    {
        List<SubscriptionData> subscriptions =
            [.. options.Subscriptions.Select(wanted => SubscriptionOf(wanted.Key, wanted.Value, madeAt))];
        if (!options.IsBroadcasting)
            subscriptions.Add(SubscriptionOf(TopicNames.RetryOf(options.Group), MessageFilter.All, madeAt));
        return subscriptions;
    }

    private static SubscriptionData SubscriptionOf(string topic, MessageFilter filter, DateTimeOffset madeAt)
    {
        bool hasTags = filter.ExpressionType == MessageFilter.TagType && filter.Expression != "*";
        List<string> tags = hasTags ? [.. MessageView.TagsOf(filter)] : [];
        return new SubscriptionData
        {
            Topic = topic,
            SubString = filter.Expression,
            ExpressionType = filter.ExpressionType,
            SubVersion = madeAt.ToUnixTimeMilliseconds(),
            TagsSet = tags,
            CodeSet = [.. tags.Select(tag => (long)TagHash.Compute(tag))],
        };
    }
}
