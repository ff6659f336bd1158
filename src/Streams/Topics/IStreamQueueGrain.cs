namespace OrleansMq.Streams.Topics;

/// <summary>The door to the agent of a queue, where its log is. The key is that of the queue's own grain.</summary>
[Alias("OrleansMq.StreamQueue")]
internal interface IStreamQueueGrain : IGrainWithStringKey
{
    /// <summary>Has a provider's agent look at a stream, now or as soon as there is one.</summary>
    [Alias("Wake")]
    Task Wake(string provider, StreamId stream);
}
