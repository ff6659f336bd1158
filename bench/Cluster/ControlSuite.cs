using System.Diagnostics;
using System.Text.Json;
using OrleansMq.Broker.Clustering;
using OrleansMq.Client;
using OrleansMq.Grains.Clusters;
using OrleansMq.Protocol.Bodies;

namespace OrleansMq.Bench.Cluster;

/// <summary>What it costs to decide, as there is more to decide about.</summary>
internal static class ControlSuite
{
    private const int Queues = 8;
    private const int AtOnce = 8;
    private const int Members = 100;
    private const int Steps = 4;

    public static async Task RunAsync(int topics, string database)
    {
        await using BenchCluster cluster = await BenchCluster.StartAsync(database);
        BrokerClient[] clients = await Task.WhenAll(
            Enumerable.Range(0, AtOnce).Select(number => cluster.ConnectAsync(number % 2)));
        IClusterGrain directory = cluster.External.GetGrain<IClusterGrain>(IClusterGrain.Key);

        Console.WriteLine("| topics x 8 queues and groups | topics/s | groups/s | directory, KiB | read whole, ms | route, ms |\n|---|---|---|---|---|---|");
        for (int step = 1; step <= Steps; step++)
        {
            int from = topics * (step - 1) / Steps;
            int to = topics * step / Steps;
            double topicRate = await EachAsync(clients, from, to, (client, number) => client.CreateTopicAsync($"topic-{number}", Queues));
            double groupRate = await EachAsync(clients, from, to, (client, number) =>
                client.HeartbeatAsync([Consumer($"group-{number}", $"topic-{number}")]));
            long at = Stopwatch.GetTimestamp();
            DirectoryChanges all = await directory.ChangesSince(0);
            double whole = Stopwatch.GetElapsedTime(at).TotalMilliseconds;
            double route = await MillisecondsAsync(() => clients[0].GetRouteAsync($"topic-{from}"));
            int size = JsonSerializer.SerializeToUtf8Bytes(all).Length / 1024;
            Console.WriteLine($"| {to:N0} | {topicRate:N0} | {groupRate:N0} | {size:N0} | {whole:F1} | {route:F2} |");
        }

        Console.WriteLine("\n| members of one group | join, ms | renewal, ms | list, ms |\n|---|---|---|---|");
        var members = new List<BrokerClient>();
        for (int count = 1; count <= Members; count++)
        {
            BrokerClient member = await cluster.ConnectAsync(count % 2);
            members.Add(member);
            double join = await MillisecondsAsync(() => member.HeartbeatAsync([Consumer("large", "topic-0")]), times: 1);
            if (count is not (1 or 10 or 50 or Members))
                continue;

            double renewal = await MillisecondsAsync(() => member.HeartbeatAsync([Consumer("large", "topic-0")]));
            double list = await MillisecondsAsync(() => member.GetMembersAsync("large"));
            Console.WriteLine($"| {count} | {join:F2} | {renewal:F2} | {list:F2} |");
        }

        foreach (BrokerClient client in clients.Concat(members))
            await client.DisposeAsync();
    }

    private static ConsumerData Consumer(string group, string topic) => new()
    {
        GroupName = group,
        ConsumeType = ConsumeType.ConsumePassively,
        MessageModel = MessageModel.Clustering,
        SubscriptionDataSet = [new SubscriptionData { Topic = topic, SubString = "*", SubVersion = 1 }],
    };

    private static async Task<double> EachAsync(
        BrokerClient[] clients, int from, int to, Func<BrokerClient, int, Task> call)
    {
        long began = Stopwatch.GetTimestamp();
        int next = from - 1;
        await Task.WhenAll(clients.Select(async client =>
        {
            for (int number; (number = Interlocked.Increment(ref next)) < to;)
                await call(client, number);
        }));
        return (to - from) / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    private static async Task<double> MillisecondsAsync(Func<Task> call, int times = 50)
    {
        var all = new List<double>();
        for (int round = 0; round < times; round++)
        {
            long at = Stopwatch.GetTimestamp();
            await call();
            all.Add(Stopwatch.GetElapsedTime(at).TotalMilliseconds);
        }

        return all.Order().ElementAt(times / 2);
    }
}
