namespace OrleansMq.Storage.Retention;

/// <summary>What the owner of a store knows about its topics and the store does not.</summary>
public interface IRetentionRules
{
    /// <summary>The topics that are kept otherwise than the store's options say; asked for now and then.</summary>
    IReadOnlyList<TopicRetention> Topics { get; }

    /// <summary>Told before messages go for good, while they can still be read.</summary>
    /// <param name="cuts">The queues that lose messages.</param>
    void BeforeDelete(IReadOnlyList<QueueCut> cuts);

    /// <summary>Told before a file of the log goes for good, while its messages can still be read.</summary>
    /// <param name="end">The position behind its last record.</param>
    /// <param name="reason">Why it goes.</param>
    void BeforeDelete(long end, string reason);
}

/// <summary>How long one topic is kept.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Time">For how long, or null for as long as the store says.</param>
/// <param name="Bytes">How many bytes of its newest messages, or null for all of them.</param>
public sealed record TopicRetention(string Topic, TimeSpan? Time, long? Bytes);

/// <summary>A queue that loses its oldest messages.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="QueueId">The queue.</param>
/// <param name="MinOffset">The first message that stays.</param>
/// <param name="Reason">Why.</param>
public sealed record QueueCut(string Topic, int QueueId, long MinOffset, string Reason);

/// <summary>A store whose topics are all kept as its options say.</summary>
internal sealed class SameRetention : IRetentionRules
{
    public static SameRetention Instance { get; } = new();

    public IReadOnlyList<TopicRetention> Topics => [];

    public void BeforeDelete(IReadOnlyList<QueueCut> cuts)
    {
        // Nobody to tell.
    }

    public void BeforeDelete(long end, string reason)
    {
        // Nobody to tell.
    }
}
