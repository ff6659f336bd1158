namespace OrleansMq.Client.Routing;

/// <summary>A topic does not exist, and the brokers do not make it by themselves.</summary>
public sealed class TopicNotFoundException(string topic) : Exception(
    $"The topic '{topic}' does not exist. Create it with the admin client or 'mqadmin updateTopic', or send to it "
    + "where brokers may create topics (autoCreateTopicEnable).")
{
    /// <summary>The topic.</summary>
    public string Topic { get; } = topic;
}
