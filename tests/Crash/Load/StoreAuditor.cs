using OrleansMq.Client;
using OrleansMq.Client.Receiving;
using OrleansMq.Crash.Tests.Histories;

namespace OrleansMq.Crash.Tests.Load;

/// <summary>Reads everything that a broker has.</summary>
internal static class StoreAuditor
{
    private const int MessagesPerPull = 1_024;

    /// <summary>Every queue, from its first message to its last.</summary>
    public static async Task<IReadOnlyList<QueueContent>> ReadAsync(BrokerClient client)
    {
        var contents = new List<QueueContent>();
        foreach ((string topic, int queueId) in Topics.Queues)
            contents.Add(await ReadAsync(client, topic, queueId));
        return contents;
    }

    /// <summary>Looks messages up by their keys; gives those that were not found exactly once.</summary>
    public static async Task<IReadOnlyList<Violation>> LookUpAsync(BrokerClient client, IEnumerable<SendAttempt> sample)
    {
        var violations = new List<Violation>();
        foreach (SendAttempt attempt in sample)
        {
            IReadOnlyList<ReceivedMessage> found = await client.QueryByKeyAsync(attempt.Topic, attempt.Id);
            if (found.Count != 1 || found[0].QueueOffset != attempt.Offset)
                violations.Add(new(ViolationKind.Lost, $"the key {attempt.Id} leads to {found.Count} messages"));
        }

        return violations;
    }

    private static async Task<QueueContent> ReadAsync(BrokerClient client, string topic, int queueId)
    {
        long min = await client.GetMinOffsetAsync(topic, queueId);
        long max = await client.GetMaxOffsetAsync(topic, queueId);
        var messages = new List<StoredMessage>();
        long offset = min;
        while (offset < max)
        {
            PullOutcome pull = await client.PullAsync(
                new PullRequest("auditor", topic, queueId, offset) { MaxMessages = MessagesPerPull });
            messages.AddRange(pull.Messages.Where(message => message.QueueOffset < max).Select(message => new StoredMessage(
                message.MessageId, message.QueueOffset, History.HashOf(message.Body.Span), message.StoreTime)));
            if (pull.NextOffset <= offset)
                break;
            offset = pull.NextOffset;
        }

        return new QueueContent(topic, queueId, min, max, messages);
    }
}
