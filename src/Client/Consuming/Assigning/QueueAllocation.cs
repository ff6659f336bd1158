using OrleansMq.Protocol.Bodies;

namespace OrleansMq.Client.Consuming.Assigning;

/// <summary>
/// Which queues of a topic are whose. Every member computes it for itself, so it must be what members in other
/// languages compute. RocketMQ: <c>AllocateMessageQueueAveragely</c>.
/// </summary>
internal static class QueueAllocation
{
    /// <summary>
    /// A member's share: the queues in their order are dealt out in runs, one queue more for the first members if they
    /// do not go even. Nothing for one who is no member.
    /// </summary>
    public static IReadOnlyList<MessageQueueKey> Of(
        string member, IEnumerable<string> members, IEnumerable<MessageQueueKey> queues)
    {
        string[] sortedMembers = [.. members.Distinct().Order(StringComparer.Ordinal)];
        MessageQueueKey[] sorted =
        [
            .. queues
                .OrderBy(queue => queue.Topic, StringComparer.Ordinal)
                .ThenBy(queue => queue.BrokerName, StringComparer.Ordinal)
                .ThenBy(queue => queue.QueueId),
        ];
        int index = Array.IndexOf(sortedMembers, member);
        if (index < 0)
            return [];

        (int share, int more) = Math.DivRem(sorted.Length, sortedMembers.Length);
        int first = (index * share) + Math.Min(index, more);
        return sorted[first..(first + share + (index < more ? 1 : 0))];
    }
}
