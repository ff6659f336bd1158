using OrleansMq.Broker.Clustering;
using OrleansMq.Protocol.Bodies;

namespace OrleansMq.Broker.Assignments;

/// <summary>Answers which queues a consumer gets, from the routes and the members of its group.</summary>
public static class QueueAssigner
{
    /// <summary>
    /// The queues of a consumer. None, with neither queues nor a problem, while the topic or the consumer is not known:
    /// it asks again before long.
    /// </summary>
    /// <param name="question">What the consumer asks.</param>
    /// <param name="routes">Where topics live.</param>
    /// <param name="members">The client ids of the group, in any order.</param>
    public static Assignment Assign(
        AssignmentQuestion question, IClusterRoutes routes, IReadOnlyCollection<string> members)
    {
        if (routes.Find(question.Topic) is not { Brokers.Count: > 0 } route)
            return default;

        IReadOnlyList<MessageQueueKey> queues = QueuesOf(route);

        // Pops share messages out, while each member of a broadcasting group wants all of them.
        if (question.MessageModel == MessageModel.Broadcasting)
            return new Assignment(queues, MessageRequestMode.Pull, null);

        string[] sorted = [.. members.Order(StringComparer.Ordinal)];
        int member = Array.IndexOf(sorted, question.ClientId);
        if (member < 0)
            return default;

        RequestMode mode = RequestModes.Find(routes.KeyValues, question.Topic, question.ConsumerGroup);
        bool isPop = mode.Mode == MessageRequestMode.Pop;
        if (!QueueShares.IsKnown(question.StrategyName)
            && !(isPop && QueueShares.IsForAll(mode.SharedWith, sorted.Length)))
        {
            return new Assignment(
                null, mode.Mode,
                $"Queues cannot be shared out by '{question.StrategyName}' here; {QueueShares.Average} and "
                + $"{QueueShares.AverageByCircle} can. Let the client do it with its own strategy.");
        }

        return new Assignment(
            isPop
                ? QueueShares.Popped(question.StrategyName, mode.SharedWith, member, sorted.Length, queues)
                : QueueShares.Pulled(question.StrategyName, member, sorted.Length, queues),
            mode.Mode, null);
    }

    private static IReadOnlyList<MessageQueueKey> QueuesOf(TopicRoute route) => route.Topic.IsReadable
        ?
        [
            .. from broker in route.Brokers.OrderBy(broker => broker.Name, StringComparer.Ordinal)
               from queueId in Enumerable.Range(0, route.Topic.ReadQueues)
               select new MessageQueueKey(route.Topic.Name, broker.Name, queueId),
        ]
        : [];
}

/// <summary>What a consumer gets.</summary>
/// <param name="Queues">The queues; null while that is not known.</param>
/// <param name="Mode">How it gets their messages.</param>
/// <param name="Problem">Why the question cannot be answered, or null.</param>
public readonly record struct Assignment(
    IReadOnlyList<MessageQueueKey>? Queues, MessageRequestMode Mode, string? Problem);
