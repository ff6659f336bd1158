using System.Net;
using OrleansMq.Client;
using OrleansMq.Client.Receiving;
using OrleansMq.Crash.Tests.Histories;

namespace OrleansMq.Crash.Tests.Load;

/// <summary>A consumer group of one: goes from queue to queue, commits what it has read, and goes on there after a crash.</summary>
internal sealed class LoadConsumer
{
    /// <summary>What may be lost of the committed offsets: the broker's flush interval and how late a busy machine is.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(3);

    private const string Group = "crash-group";

    private readonly Dictionary<(string Topic, int QueueId), CommittedQueue> _queues =
        Topics.Queues.ToDictionary(queue => queue, _ => new CommittedQueue());

    /// <summary>Checks what the broker remembers against what was committed, and takes it over.</summary>
    public async Task<IReadOnlyList<Violation>> ResumeAsync(BrokerClient client, DateTimeOffset killedAt)
    {
        var violations = new List<Violation>();
        foreach (((string topic, int queueId), CommittedQueue queue) in _queues)
        {
            long? found = await client.QueryOffsetAsync(Group, topic, queueId);
            violations.AddRange(HistoryChecker.CheckCommitted(
                $"{topic}/{queueId}", found, queue.AcknowledgedBefore(killedAt - Window), queue.Highest));
            queue.ResumeAt(found ?? 0);
        }

        return violations;
    }

    /// <summary>Runs until the connection ends.</summary>
    public async Task RunAsync(IPEndPoint endPoint, CancellationToken stop)
    {
        try
        {
            await using BrokerClient client = await BrokerClient.ConnectAsync(endPoint, cancellation: stop);
            while (true)
            {
                foreach (((string topic, int queueId), CommittedQueue queue) in _queues)
                    await ConsumeAsync(client, topic, queueId, queue, stop);
            }
        }
        catch (Exception cause) when (cause is IOException or System.Net.Sockets.SocketException or TimeoutException or OperationCanceledException)
        {
            // The broker was killed.
        }
    }

    private static async Task ConsumeAsync(
        BrokerClient client, string topic, int queueId, CommittedQueue queue, CancellationToken stop)
    {
        PullOutcome pull = await client.PullAsync(
            new PullRequest(Group, topic, queueId, queue.Next) { Wait = TimeSpan.FromMilliseconds(20) }, stop);
        if (pull.NextOffset == queue.Next)
            return;

        queue.Begin(pull.NextOffset);
        await client.CommitOffsetAsync(Group, topic, queueId, pull.NextOffset, stop);
        queue.Acknowledge(pull.NextOffset);
    }

    /// <summary>What a group committed of a queue.</summary>
    private sealed class CommittedQueue
    {
        private readonly List<(DateTimeOffset At, long Offset)> _acknowledged = [];

        public long Next { get; private set; }

        /// <summary>The highest offset that was ever sent to be committed.</summary>
        public long Highest { get; private set; }

        public void Begin(long offset)
        {
            Next = offset;
            Highest = Math.Max(Highest, offset);
        }

        public void Acknowledge(long offset) => _acknowledged.Add((DateTimeOffset.UtcNow, offset));

        public long? AcknowledgedBefore(DateTimeOffset time)
        {
            int index = _acknowledged.FindLastIndex(item => item.At < time);
            return index < 0 ? null : _acknowledged[index].Offset;
        }

        /// <summary>From here on the broker's word counts.</summary>
        public void ResumeAt(long offset)
        {
            Next = offset;
            _acknowledged.RemoveAll(item => item.Offset > offset);
        }
    }
}
