namespace OrleansMq.Broker.Popping;

/// <summary>A queue of this broker as one group pops from it.</summary>
/// <param name="Group">The consumer group.</param>
/// <param name="Topic">The topic.</param>
/// <param name="QueueId">The queue within the topic.</param>
public readonly record struct PopKey(string Group, string Topic, int QueueId);
