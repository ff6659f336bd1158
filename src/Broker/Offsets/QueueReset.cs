using OrleansMq.Broker.Clustering;

namespace OrleansMq.Broker.Offsets;

/// <summary>What is remembered of the resets of a queue.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="QueueId">The queue, 0 and up.</param>
/// <param name="Count">How often it was set back or reset; see <see cref="QueueProgress.Resets"/>.</param>
/// <param name="Mark">The last one, while readers from before it are looked out for; null afterwards.</param>
public readonly record struct QueueReset(string Topic, int QueueId, long Count, ResetMark? Mark);
