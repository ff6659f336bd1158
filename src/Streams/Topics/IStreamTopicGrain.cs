namespace OrleansMq.Streams.Topics;

/// <summary>
/// A topic as a provider knows it; the key is <c>provider/topic</c>. It decides nothing that the cluster's directory
/// does not keep.
/// </summary>
[Alias("OrleansMq.StreamTopic")]
internal interface IStreamTopicGrain : IGrainWithStringKey
{
    /// <summary>
    /// The queues among which keys are shared out. The first call makes the provider take the topic up: it is created
    /// if need be, and read from now on.
    /// </summary>
    [Alias("GetRoute")]
    Task<StreamRoute> GetRoute(TopicWishes wishes);
}

/// <summary>How a topic is taken up.</summary>
/// <param name="Group">The provider's group.</param>
/// <param name="QueuesPerBroker">How many queues a new topic gets on each broker.</param>
/// <param name="FromOldest">Whether a topic that was there is read from its beginning.</param>
[GenerateSerializer, Immutable, Alias("OrleansMq.TopicWishes")]
internal readonly record struct TopicWishes(
    [property: Id(0)] string Group, [property: Id(1)] int QueuesPerBroker, [property: Id(2)] bool FromOldest);
