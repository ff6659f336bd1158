using System.Collections.Concurrent;
using System.Text;
using OrleansMq.Client;
using OrleansMq.Client.Receiving;
using OrleansMq.Client.Sending;
using OrleansMq.ClusterInterop.Tests.Silos;
using OrleansMq.Protocol.Bodies;
using PullOutcome = OrleansMq.Client.Receiving.PullOutcome;

namespace OrleansMq.ClusterInterop.Tests;

/// <summary>The database is away for a minute while messages are sent, pulled and committed.</summary>
public sealed class DatabaseOutageTests
{
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task DataPathGoesOn_MetadataWaitsOrFailsClearly_AndAllIsWellAfterwards()
    {
        await using SiloCluster cluster = await SiloCluster.StartAsync(2);
        await using BrokerClient first = await cluster.ConnectAsync("broker-0");
        await using BrokerClient second = await cluster.ConnectAsync("broker-1");
        await first.CreateTopicAsync("Orders", 1);
        ConsumerData consumer = new()
        {
            GroupName = "workers",
            ConsumeType = ConsumeType.ConsumePassively,
            MessageModel = MessageModel.Clustering,
            SubscriptionDataSet = [new SubscriptionData { Topic = "Orders", SubString = "*", SubVersion = 1 }],
        };
        await first.HeartbeatAsync([consumer]);
        await second.HeartbeatAsync([consumer]);
        using var stopping = new CancellationTokenSource();
        var load = new Load(first, second);
        Task[] working = [load.SendAsync(0, stopping.Token), load.SendAsync(1, stopping.Token), load.ReceiveAsync(0), load.ReceiveAsync(1)];

        await Task.Delay(TimeSpan.FromSeconds(2));
        await cluster.Database.Server.StopAsync();
        (int sentBefore, int receivedBefore) = load.Counts;
        RemotingException refused = await Assert.ThrowsAsync<RemotingException>(
            () => first.CreateTopicAsync("Young", 1));
        Assert.Contains("cannot decide now, nothing was changed", refused.Message, StringComparison.Ordinal);
        await first.HeartbeatAsync([consumer]);
        await Task.Delay(Outage);
        (int sentDuring, int receivedDuring) = load.Counts;
        Assert.InRange(sentDuring - sentBefore, 5_000, int.MaxValue);
        Assert.InRange(receivedDuring - receivedBefore, 5_000, int.MaxValue);
        Assert.Equal(2, (await first.GetMembersAsync("workers")).Count);
        Assert.Equal(2, (await first.GetRouteAsync("Orders"))!.QueueDatas.Count);

        await cluster.Database.Server.StartAsync();
        await RetryAsync(() => first.CreateTopicAsync("Young", 1));
        await stopping.CancelAsync();
        await Task.WhenAll(working[..2]);
        load.EndReceiving();
        await Task.WhenAll(working[2..]);
        Assert.Empty(load.Sent.Keys.Except(load.Received.Keys));
        Assert.All(load.Received.Values, count => Assert.Equal(1, count));

        // What was decided before and what was committed meanwhile is there after all silos were killed.
        await Task.Delay(TimeSpan.FromSeconds(1.5));
        long?[] committed = [await first.QueryOffsetAsync("workers", "Orders", 0), await second.QueryOffsetAsync("workers", "Orders", 0)];
        await cluster.KillAsync("broker-0");
        await cluster.KillAsync("broker-1");
        await cluster.StartAgainAsync("broker-0");
        await cluster.StartAgainAsync("broker-1");
        await using BrokerClient firstAgain = await cluster.ConnectAsync("broker-0");
        await using BrokerClient secondAgain = await cluster.ConnectAsync("broker-1");
        Assert.Equal(committed, [await firstAgain.QueryOffsetAsync("workers", "Orders", 0), await secondAgain.QueryOffsetAsync("workers", "Orders", 0)]);
        Assert.Equal(2, (await secondAgain.GetRouteAsync("Young"))!.QueueDatas.Count);
    }

    private static async Task RetryAsync(Func<Task> call)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                await call();
                return;
            }
            catch (RemotingException) when (attempt < 10)
            {
                await Task.Delay(1_000);
            }
        }
    }

    private sealed class Load(params BrokerClient[] clients)
    {
        private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);
        private volatile bool _isEnding;
        private int _received;

        public ConcurrentDictionary<string, bool> Sent { get; } = new();

        public ConcurrentDictionary<string, int> Received { get; } = new();

        public (int Sent, int Received) Counts => (Sent.Count, Volatile.Read(ref _received));

        public async Task SendAsync(int broker, CancellationToken cancellationToken)
        {
            for (int number = 0; !cancellationToken.IsCancellationRequested; number++)
            {
                string text = $"{broker}-{number}";
                await clients[broker].SendAsync(new Message { Topic = "Orders", Body = Encoding.UTF8.GetBytes(text) }, 0, CancellationToken.None);
                Sent[text] = true;
                await Task.Delay(Pause, CancellationToken.None);
            }
        }

        public async Task ReceiveAsync(int broker)
        {
            for (long offset = 0; ;)
            {
                PullOutcome pulled = await clients[broker].PullAsync(
                    new PullRequest("workers", "Orders", 0, offset) { Wait = TimeSpan.FromMilliseconds(200), CommitOffset = offset });
                foreach (ReceivedMessage message in pulled.Messages)
                {
                    Received.AddOrUpdate(Encoding.UTF8.GetString(message.Body.Span), 1, (_, count) => count + 1);
                    Interlocked.Increment(ref _received);
                }

                if (_isEnding && pulled.Messages.Count == 0)
                    return;
                offset = pulled.NextOffset;
                await clients[broker].CommitOffsetAsync("workers", "Orders", 0, offset);
            }
        }

        public void EndReceiving() => _isEnding = true;
    }
}
