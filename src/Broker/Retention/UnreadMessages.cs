namespace OrleansMq.Broker.Retention;

/// <summary>How far a group has come in a queue, and what of the queue goes.</summary>
/// <param name="Group">The group.</param>
/// <param name="Topic">The topic.</param>
/// <param name="CommittedOffset">The next message that the group consumes.</param>
/// <param name="MinOffset">The first message that is still kept.</param>
/// <param name="StaysFrom">The first message that does not go now, or soon.</param>
/// <param name="GoesAtMilliseconds">When the first unread message goes, Unix milliseconds.</param>
public readonly record struct QueueAtRisk(
    string Group, string Topic, long CommittedOffset, long MinOffset, long StaysFrom, long GoesAtMilliseconds);

/// <summary>Messages that go, or are about to, before a group has consumed them.</summary>
/// <param name="Group">The group.</param>
/// <param name="Topic">The topic.</param>
/// <param name="Count">How many.</param>
/// <param name="FirstGoesAtMilliseconds">When the first of them goes, Unix milliseconds.</param>
public sealed record UnreadMessages(string Group, string Topic, long Count, long FirstGoesAtMilliseconds)
{
    /// <summary>Adds up what each group loses of each topic; nothing for groups that have consumed it all.</summary>
    public static IReadOnlyList<UnreadMessages> Of(IEnumerable<QueueAtRisk> queues) =>
    [
        .. from queue in queues
           let unread = queue.StaysFrom - Math.Max(queue.CommittedOffset, queue.MinOffset)
           where unread > 0
           group (Unread: unread, queue.GoesAtMilliseconds) by (queue.Group, queue.Topic) into ofGroup
           orderby ofGroup.Key
           select new UnreadMessages(
               ofGroup.Key.Group, ofGroup.Key.Topic, ofGroup.Sum(queue => queue.Unread),
               ofGroup.Min(queue => queue.GoesAtMilliseconds)),
    ];
}
