using System.Diagnostics;
using OrleansMq.Client;
using OrleansMq.Client.Receiving;
using OrleansMq.Protocol.Bodies;

namespace OrleansMq.Cli.Demo.Checks;

/// <summary>
/// Two members want the same queues: each queue is locked by one, and read in order by that one alone.
/// </summary>
internal sealed class OrderlyCheck : IDemoCheck
{
    private const string Group = "demo-orderly";
    private const int Queues = 4;
    private const int MessagesEachQueue = 500;

    public string What => "orderly consumption under queue locks";

    public async Task RunAsync(DemoContext context, CheckResult result, CancellationToken cancellation)
    {
        var ledger = new Ledger("orderly", Queues, Queues);
        await context.CreateTopicAsync(ledger.Topic, Queues, cancellation);
        BrokerClient[] members = await context.ConnectAsync(2, cancellation);
        (BrokerClient first, BrokerClient second) = (members[0], members[1]);
        await Task.WhenAll(Enumerable.Range(0, Queues).Select(producer => PipelinedSends.RunAsync(
            first, ledger, producer, inFlight: 16, bodyBytes: 64, () => ledger.CountOf(producer) >= MessagesEachQueue,
            cancellation)));

        long began = Stopwatch.GetTimestamp();
        string broker = (await first.GetRouteAsync(ledger.Topic, cancellation))?.BrokerDatas[0].BrokerName ?? "";
        MessageQueueKey[] all =
            [.. Enumerable.Range(0, Queues).Select(queue => new MessageQueueKey(ledger.Topic, broker, queue))];
        var verification = new Verification(ledger, result);
        IReadOnlyList<MessageQueueKey> firstLocks = await first.LockAsync(Group, all[..2], cancellation);
        IReadOnlyList<MessageQueueKey> secondLocks = await second.LockAsync(Group, all, cancellation);
        result.Expect("0 1", QueuesOf(firstLocks), "locks of the first member");
        result.Expect("2 3", QueuesOf(secondLocks), "locks of the second member while the first holds 0 and 1");
        await Task.WhenAll(
            ReadAsync(first, firstLocks, 0, MessagesEachQueue / 2, verification, cancellation),
            ReadAsync(second, secondLocks, 0, MessagesEachQueue, verification, cancellation));

        await first.UnlockAsync(Group, all[..2], cancellation);
        secondLocks = await second.LockAsync(Group, all, cancellation);
        result.Expect("0 1 2 3", QueuesOf(secondLocks), "locks of the second member once the first gave its own back");
        await ReadAsync(
            second, [.. secondLocks.Take(2)], MessagesEachQueue / 2, MessagesEachQueue, verification, cancellation);

        result.Messages = verification.Count;
        result.Measure = Figures.Rate(result.Messages, Stopwatch.GetElapsedTime(began));
        verification.Complete();
        await DemoContext.CloseAsync(members);
    }

    private static async Task ReadAsync(
        BrokerClient member, IReadOnlyList<MessageQueueKey> queues, long from, long until, Verification verification,
        CancellationToken cancellation)
    {
        foreach (MessageQueueKey queue in queues)
        {
            for (long offset = from; offset < until;)
            {
                PullOutcome outcome = await member.PullAsync(
                    new PullRequest(Group, queue.Topic, queue.QueueId, offset)
                    {
                        MaxMessages = (int)Math.Min(32, until - offset), Wait = TimeSpan.FromSeconds(5),
                    },
                    cancellation);
                foreach (ReceivedMessage message in outcome.Messages)
                    verification.Take(message);
                offset = outcome.NextOffset;
            }
        }
    }

    private static string QueuesOf(IEnumerable<MessageQueueKey> queues) =>
        string.Join(' ', queues.Select(queue => queue.QueueId).Order());
}
