namespace OrleansMq.Crash.Tests.Load;

/// <summary>The topics of a run and their queues.</summary>
internal static class Topics
{
    public const int QueuesPerTopic = 3;

    public static readonly string[] Names = ["crash-a", "crash-b", "crash-c"];

    /// <summary>Every queue of every topic.</summary>
    public static IEnumerable<(string Topic, int QueueId)> Queues =>
        from topic in Names from queueId in Enumerable.Range(0, QueuesPerTopic) select (topic, queueId);
}
