using OrleansMq.Storage.Retention;

namespace OrleansMq.Storage.Tests.Simulation;

/// <summary>Topics that are kept otherwise than the store says: A for two seconds, B for thirty, or one of them.</summary>
internal sealed class KeptTopics(int which) : IRetentionRules
{
    public IReadOnlyList<TopicRetention> Topics { get; } =
    [
        .. new TopicRetention[]
        {
            new("A", TimeSpan.FromSeconds(2), null),
            new("B", TimeSpan.FromSeconds(30), null),
        }.Where((_, index) => (which & (1 << index)) != 0),
    ];

    public long? KeptFor(string topic) =>
        (long?)Topics.FirstOrDefault(kept => kept.Topic == topic)?.Time?.TotalMilliseconds;

    public void BeforeDelete(IReadOnlyList<QueueCut> cuts)
    {
        // The model looks for itself.
    }

    public void BeforeDelete(long end, string reason)
    {
        // The model looks for itself.
    }
}
