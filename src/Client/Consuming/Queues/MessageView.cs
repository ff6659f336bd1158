using System.Text;
using OrleansMq.Client.Receiving;
using OrleansMq.Messages.Properties;
using OrleansMq.Messages.Topics;
using OrleansMq.Protocol.Bodies;

namespace OrleansMq.Client.Consuming.Queues;

/// <summary>
/// What a handler sees of the messages of a topic: those with the right tags, since brokers compare hashes of tags,
/// and those that come again under the topic that they were sent to.
/// </summary>
internal sealed class MessageView
{
    private readonly bool _isRetry;
    private readonly string _brokerName;
    private readonly byte[][] _tags;

    public MessageView(ConsumerOptions options, MessageQueueKey queue)
    {
        (string topic, _brokerName, _) = queue;
        _isRetry = TopicNames.IsRetry(topic);
        Filter = _isRetry ? MessageFilter.All : options.Subscriptions[topic];
        _tags = Filter.ExpressionType == MessageFilter.TagType && Filter.Expression != "*"
            ? [.. TagsOf(Filter).Select(Encoding.UTF8.GetBytes)]
            : [];
    }

    /// <summary>What the broker is asked for.</summary>
    public MessageFilter Filter { get; }

    /// <summary>The tags of a filter.</summary>
    public static IEnumerable<string> TagsOf(MessageFilter filter) =>
        filter.Expression.Split("||", StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The messages as handlers see them.</summary>
    public IReadOnlyList<ReceivedMessage> Show(IReadOnlyList<ReceivedMessage> messages)
    {
        for (int index = 0; index < messages.Count; index++)
            messages[index].BrokerName = _brokerName;
        if (_isRetry)
            return [.. messages.Select(ShowOrigin)];
        return _tags.Length == 0 ? messages : [.. messages.Where(IsWanted)];
    }

    private static ReceivedMessage ShowOrigin(ReceivedMessage message) =>
        message.Find(PropertyNames.RetryTopic) is { Length: > 0 } origin
            ? message.Show(origin, message.ReconsumeTimes)
            : message;

    private bool IsWanted(ReceivedMessage message) =>
        message.HasAny(PropertyNames.Tags, _tags);
}
