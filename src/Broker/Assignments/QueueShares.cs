using OrleansMq.Protocol.Bodies;

namespace OrleansMq.Broker.Assignments;

/// <summary>
/// Which queues of a topic a member of a group gets. Members and queues must be sorted, so that every broker decides
/// alike. Pure.
/// </summary>
public static class QueueShares
{
    /// <summary>Runs of queues, as equal as can be. RocketMQ: <c>AllocateMessageQueueAveragely</c>.</summary>
    public const string Average = "AVG";

    /// <summary>One queue each in turn. RocketMQ: <c>AllocateMessageQueueAveragelyByCircle</c>.</summary>
    public const string AverageByCircle = "AVG_BY_CIRCLE";

    /// <summary>A queue that stands for all of its broker.</summary>
    public const int AnyQueue = -1;

    /// <summary>Whether queues can be shared out in this way.</summary>
    public static bool IsKnown(string strategy) => strategy is Average or AverageByCircle;

    /// <summary>The queues that one member pulls, nobody else does.</summary>
    public static IReadOnlyList<MessageQueueKey> Pulled(
        string strategy, int member, int members, IReadOnlyList<MessageQueueKey> queues) =>
        strategy == AverageByCircle
            ? [.. queues.Where((_, index) => index % members == member)]
            : Run(member, members, queues);

    /// <summary>
    /// The queues from which one member pops. All of them, unless they are shared with few others: then its own and
    /// those of as many members after it, or one queue if there are fewer queues than members.
    /// </summary>
    public static IReadOnlyList<MessageQueueKey> Popped(
        string strategy, int sharedWith, int member, int members, IReadOnlyList<MessageQueueKey> queues)
    {
        if (IsForAll(sharedWith, members))
            return [.. queues.Select(queue => queue with { QueueId = AnyQueue }).Distinct()];
        if (members > queues.Count)
            return queues.Count == 0 ? [] : [queues[member % queues.Count]];

        var shared = new List<MessageQueueKey>();
        for (int next = 0; next <= sharedWith; next++)
            shared.AddRange(Pulled(strategy, (member + next) % members, members, queues));
        return shared;
    }

    /// <summary>Whether every member pops from every queue, so that the way of sharing does not matter.</summary>
    public static bool IsForAll(int sharedWith, int members) => sharedWith <= 0 || sharedWith >= members - 1;

    /// <summary>The first members get one more when it does not come out even.</summary>
    private static IReadOnlyList<MessageQueueKey> Run(int member, int members, IReadOnlyList<MessageQueueKey> queues)
    {
        (int each, int more) = Math.DivRem(queues.Count, members);
        int first = (member * each) + Math.Min(member, more);
        return [.. queues.Skip(first).Take(member < more ? each + 1 : each)];
    }
}
