namespace OrleansMq.Client.Replies;

/// <summary>
/// Nobody replied to a request in time. The request is stored; whoever consumes it later may still act on it.
/// </summary>
public sealed class NoReplyException : TimeoutException
{
    internal NoReplyException(string topic, string messageId, TimeSpan timeout, bool? hasConsumers)
        : base(
            $"Nobody replied to the request '{messageId}' within {timeout.TotalMilliseconds:F0} ms: "
            + hasConsumers switch
            {
                false => $"no group has ever consumed the topic '{topic}'; start a consumer of it that replies.",
                true => $"those who consume the topic '{topic}' are gone, take longer, or do not reply.",
                null => $"whether anybody consumes the topic '{topic}' could not be found out; are the brokers there?",
            })
    {
        Topic = topic;
        MessageId = messageId;
        HasConsumers = hasConsumers;
    }

    /// <summary>The request's topic.</summary>
    public string Topic { get; }

    /// <summary>The request.</summary>
    public string MessageId { get; }

    /// <summary>Whether any group consumes the topic; null if that could not be found out.</summary>
    public bool? HasConsumers { get; }
}
