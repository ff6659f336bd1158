using OrleansMq.Client;
using OrleansMq.Client.Receiving;
using OrleansMq.Client.Sending;
using OrleansMq.Grains.Queues;

namespace OrleansMq.Bench.Cluster;

/// <summary>
/// The same messages over the broker's listener and over grains: from a client of the cluster, from another silo, from
/// the silo that owns the log.
/// </summary>
internal static class PathSuite
{
    private const string Topic = "Bench";
    private const int Queues = 8;
    private const int BatchSize = 64;
    private const int BodyBytes = 1024;

    /// <summary>Where to read a queue: its end, since its begin may have expired.</summary>
    private static readonly long[] s_from = new long[Queues];

    private static readonly byte[] Body = new byte[BodyBytes];
    private static readonly Message[] Batch =
        [.. Enumerable.Range(0, BatchSize).Select(_ => new Message { Topic = Topic, Body = Body })];

    public static async Task RunAsync(int rounds, TimeSpan time, string database)
    {
        await using BenchCluster cluster = await BenchCluster.StartAsync(database);
        BrokerClient[] clients = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => cluster.ConnectAsync()));
        await clients[0].CreateTopicAsync(Topic, Queues);
        var grains = new (string Name, IGrainFactory Factory)[]
        {
            ("grain, same silo", cluster.Near), ("grain, other silo", cluster.InCluster), ("grain, cluster client", cluster.External),
        };
        var cases = new List<(string Name, int Workers, Func<int, Task<int>> Call)>();
        foreach (int workers in new[] { 1, 64 })
        {
            cases.Add(($"send 1, {workers} at a time, listener", workers, worker => SendAsync(clients[worker], worker % Queues)));
            foreach ((string name, IGrainFactory factory) in grains)
            {
                MessageBatch single = MessageBatch.Of(Body);
                cases.Add(($"send 1, {workers} at a time, {name}", workers, worker => AppendAsync(Queue(factory, worker), single)));
            }
        }

        foreach (int workers in new[] { 1, 8 })
        {
            MessageBatch batch = MessageBatch.Of([.. Batch.Select(message => message.Body)]);
            cases.Add(($"send 64, {workers} at a time, listener", workers, worker => SendBatchAsync(clients[worker], worker % Queues)));
            foreach ((string name, IGrainFactory factory) in grains)
                cases.Add(($"send 64, {workers} at a time, {name}", workers, worker => AppendAsync(Queue(factory, worker), batch)));
        }

        cases.Add(("read 64, 8 at a time, listener", 8, worker => PullAsync(clients[worker], worker)));
        foreach ((string name, IGrainFactory factory) in grains)
            cases.Add(($"read 64, 8 at a time, {name}", 8, worker => PullAsync(Queue(factory, worker), worker % Queues)));

        await ShowAsync(cases, rounds, time);
        foreach (BrokerClient client in clients)
            await client.DisposeAsync();
    }

    private static async Task ShowAsync(
        List<(string Name, int Workers, Func<int, Task<int>> Call)> cases, int rounds, TimeSpan time)
    {
        var results = cases.ToDictionary(one => one.Name, _ => new List<Measured>());
        for (int round = 1; round <= rounds; round++)
        {
            foreach ((string name, int workers, Func<int, Task<int>> call) in cases)
                results[name].Add(await Measured.RunAsync(workers, time, call));
        }

        Console.WriteLine("| case | messages/s | p50 ms | p99 ms |\n|---|---|---|---|");
        foreach ((string name, _, _) in cases)
        {
            Measured median = results[name].OrderBy(result => result.PerSecond).ElementAt(rounds / 2);
            Console.WriteLine($"| {name} | {median.PerSecond:N0} | {median.P50.TotalMilliseconds:F2} | {median.P99.TotalMilliseconds:F2} |");
        }
    }

    private static IMessageQueueGrain Queue(IGrainFactory factory, int worker) =>
        factory.GetMessageQueue(Topic, "broker-0", worker % Queues);

    private static async Task<int> SendAsync(BrokerClient client, int queue)
    {
        await client.SendAsync(Batch[0], queue);
        return 1;
    }

    private static async Task<int> SendBatchAsync(BrokerClient client, int queue)
    {
        await client.SendBatchAsync(Batch, queue);
        return BatchSize;
    }

    private static async Task<int> AppendAsync(IMessageQueueGrain queue, MessageBatch batch)
    {
        await queue.Append(batch);
        return batch.Count;
    }

    private static async Task<int> PullAsync(BrokerClient client, int worker)
    {
        int queue = worker % Queues;
        PullOutcome pulled = await client.PullAsync(
            new PullRequest("readers", Topic, queue, s_from[queue]) { MaxMessages = BatchSize });
        if (pulled.Messages.Count == 0)
            s_from[queue] = await client.GetMaxOffsetAsync(Topic, queue) - BatchSize;
        return pulled.Messages.Count;
    }

    private static async Task<int> PullAsync(IMessageQueueGrain grain, int queue)
    {
        PullReply reply = await grain.Pull(new PullCommand(s_from[queue], BatchSize));
        if (reply.Count == 0)
            s_from[queue] = reply.MaxOffset - BatchSize;
        return reply.Count;
    }
}
