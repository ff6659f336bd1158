using System.Globalization;
using OrleansMq.Client;
using OrleansMq.Client.Consuming;
using OrleansMq.Client.Producing;
using OrleansMq.Client.Receiving;
using OrleansMq.Client.Sending;

namespace OrleansMq.Sdk.Tests.Chaos;

/// <summary>
/// Producers and consumers whose connections are cut, stalled and left half-open, one of them every few seconds: what
/// was acknowledged is stored once in its order where its receipt says, every message is consumed, and the memory that
/// is used does not grow. For a minute, or as many as OMQ_CHAOS_MINUTES says.
/// </summary>
public sealed class ChaosTests
{
    private const int Senders = 4;
    private const int MaxGrowthBytes = 32 * 1024 * 1024;
    private static readonly TimeSpan CatchUpTime = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task Client_LosesNothingAndGoesOn_WhenConnectionsFailEveryFewSeconds()
    {
        await using SdkBroker broker = SdkBroker.Start();
        await using var proxy = new FaultyProxy(broker.Address);
        await using OrleansMqClient sending = Connect(broker, proxy);
        await using OrleansMqClient receiving = Connect(broker, proxy);
        await using OrleansMqClient alsoReceiving = Connect(broker, proxy);
        await using Producer producer = sending.CreateProducer(
            new ProducerOptions { SendTimeout = TimeSpan.FromMinutes(1) });
        await producer.SendAsync(new Message { Topic = "Chaos", Keys = "first" });
        Arrivals[] arrivals = [.. Enumerable.Range(0, Senders).Select(_ => new Arrivals())];
        await using PushConsumer consumer = await StartAsync(receiving, arrivals);
        await using PushConsumer member = await StartAsync(alsoReceiving, arrivals);
        using var ending = new CancellationTokenSource(Duration());

        Task<List<SendReceipt>>[] senders =
            [.. Enumerable.Range(0, Senders).Select(sender => SendAsync(producer, sender, ending.Token))];
        long growth = await DisturbAsync(proxy, ending.Token);
        List<SendReceipt>[] receipts = await Task.WhenAll(senders);

        Assert.All(receipts, sent => Assert.True(sent.Count > 100, $"a sender got on by {sent.Count} messages only"));
        for (int sender = 0; sender < Senders; sender++)
            await arrivals[sender].AllUntilAsync(receipts[sender].Count, CatchUpTime, $"sender {sender}");
        await using BrokerClient reader = await BrokerClient.ConnectAsync(broker.Host.EndPoint!);
        foreach (List<SendReceipt> sent in receipts)
            await CheckAsync(reader, sent);
        Assert.True(
            growth < MaxGrowthBytes + ReceiptBytes(receipts), $"the memory in use grew by {growth:N0} bytes");
    }

    private static TimeSpan Duration() => TimeSpan.FromMinutes(
        double.TryParse(
            Environment.GetEnvironmentVariable("OMQ_CHAOS_MINUTES"), CultureInfo.InvariantCulture, out double minutes)
            ? minutes
            : 1);

    /// <summary>Time-outs that are short beside the faults' pace.</summary>
    private static OrleansMqClient Connect(SdkBroker broker, FaultyProxy proxy) => broker.Connect(options => options with
    {
        Transport = proxy.Transport,
        RequestTimeout = TimeSpan.FromSeconds(1),
        HeartbeatInterval = TimeSpan.FromSeconds(1),
    });

    private static async Task<PushConsumer> StartAsync(OrleansMqClient client, Arrivals[] arrivals)
    {
        PushConsumer consumer = client.CreateConsumer(
            new ConsumerOptions
            {
                Group = "chaos",
                Subscriptions = new Dictionary<string, MessageFilter> { ["Chaos"] = MessageFilter.All },
                PollTime = TimeSpan.FromSeconds(2),
                RebalanceInterval = TimeSpan.FromSeconds(2),
                CommitInterval = TimeSpan.FromSeconds(1),
            },
            (message, _) =>
            {
                if (message.Body.Length == 8)
                    arrivals[BitConverter.ToInt32(message.Body.Span[4..])].Add(BitConverter.ToInt32(message.Body.Span));
                return ValueTask.FromResult(ConsumeResult.Ack);
            });
        await consumer.StartAsync();
        return consumer;
    }

    private static async Task<List<SendReceipt>> SendAsync(Producer producer, int sender, CancellationToken ending)
    {
        List<SendReceipt> receipts = [];
        for (int number = 0; !ending.IsCancellationRequested; number++)
        {
            var message = new Message
            {
                Topic = "Chaos",
                OrderingKey = $"sender {sender}",
                Body = (byte[])[.. BitConverter.GetBytes(number), .. BitConverter.GetBytes(sender)],
            };
            receipts.Add(await producer.SendAsync(message, CancellationToken.None));
        }

        return receipts;
    }

    /// <summary>Faults in turn; returns by how much the memory in use grew after the first of them.</summary>
    private static async Task<long> DisturbAsync(FaultyProxy proxy, CancellationToken ending)
    {
        using var timer = new PeriodicTimer(Pause);
        long before = 0;
        int faults = 0;
        while (!ending.IsCancellationRequested && await timer.WaitForNextTickAsync(CancellationToken.None))
        {
            if (faults == 6)
                before = GC.GetTotalMemory(forceFullCollection: true);
            switch (faults++ % 3)
            {
                case 0:
                    proxy.Cut();
                    break;
                case 1:
                    proxy.Stall(Pause * 0.75);
                    break;
                default:
                    proxy.HalfOpen();
                    break;
            }
        }

        Assert.True(faults > 6, $"only {faults} faults");
        return GC.GetTotalMemory(forceFullCollection: true) - before;
    }

    /// <summary>What the test itself keeps of what was sent.</summary>
    private static long ReceiptBytes(List<SendReceipt>[] receipts) => receipts.Sum(sent => sent.Capacity * 512L);

    /// <summary>Every acknowledged message lies where its receipt says, behind the one that was sent before it.</summary>
    private static async Task CheckAsync(BrokerClient reader, List<SendReceipt> receipts)
    {
        Assert.Equal(
            receipts.Select(receipt => receipt.QueueOffset).Order(), receipts.Select(receipt => receipt.QueueOffset));
        int queueId = receipts[0].QueueId;
        int number = 0;
        for (long next = receipts[0].QueueOffset; number < receipts.Count;)
        {
            PullOutcome pull = await reader.PullAsync(
                new PullRequest("checker", "Chaos", queueId, next) { MaxMessages = 512 });
            Assert.Equal(PullStatus.Found, pull.Status);
            foreach (ReceivedMessage message in pull.Messages)
            {
                if (number == receipts.Count || message.QueueOffset != receipts[number].QueueOffset)
                    continue;
                Assert.Equal(receipts[number].MessageId, message.MessageId);
                Assert.Equal(number++, BitConverter.ToInt32(message.Body.Span));
            }

            next = pull.NextOffset;
        }
    }
}
