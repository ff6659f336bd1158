using System.Collections.Concurrent;
using OrleansMq.Client;
using OrleansMq.Client.Producing;
using OrleansMq.Client.Receiving;
using OrleansMq.Client.Sending;

namespace OrleansMq.Sdk.Tests.Chaos;

/// <summary>Producers whose connections are cut, stalled and left half-open while they send.</summary>
public sealed class ProducerChaosTests
{
    private const int Senders = 8;
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task Send_IsStoredInOrder_WhenConnectionsFailEverySecond()
    {
        await using SdkBroker broker = SdkBroker.Start();
        await using var proxy = new FaultyProxy(broker.Address);
        await using OrleansMqClient client = broker.Connect(options => options with
        {
            Transport = proxy.Transport, RequestTimeout = TimeSpan.FromSeconds(1),
        });
        await using Producer producer = client.CreateProducer(
            new ProducerOptions { SendTimeout = TimeSpan.FromMinutes(1) });
        using var ending = new CancellationTokenSource(Duration);

        Task<List<SendReceipt>>[] senders =
            [.. Enumerable.Range(0, Senders).Select(sender => SendAsync(producer, sender, ending.Token))];
        int faults = await DisturbAsync(proxy, ending.Token);
        List<SendReceipt>[] receipts = await Task.WhenAll(senders);

        Assert.True(faults >= 5, $"only {faults} faults");
        Assert.All(receipts, sent => Assert.True(sent.Count > 100, $"a sender got on by {sent.Count} messages only"));
        await using BrokerClient reader = await BrokerClient.ConnectAsync(broker.Host.EndPoint!);
        for (int sender = 0; sender < Senders; sender++)
            await CheckAsync(reader, receipts[sender]);
    }

    private static async Task<List<SendReceipt>> SendAsync(
        Producer producer, int sender, CancellationToken ending)
    {
        List<SendReceipt> receipts = [];
        for (int number = 0; !ending.IsCancellationRequested; number++)
        {
            var message = new Message
            {
                Topic = "Chaos", OrderingKey = $"sender {sender}", Body = BitConverter.GetBytes(number),
            };
            receipts.Add(await producer.SendAsync(message, CancellationToken.None));
        }

        return receipts;
    }

    private static async Task<int> DisturbAsync(FaultyProxy proxy, CancellationToken ending)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        int faults = 0;
        while (!ending.IsCancellationRequested && await timer.WaitForNextTickAsync(CancellationToken.None))
        {
            switch (faults++ % 3)
            {
                case 0:
                    proxy.Cut();
                    break;
                case 1:
                    proxy.Stall(TimeSpan.FromMilliseconds(700));
                    break;
                default:
                    proxy.HalfOpen();
                    break;
            }
        }

        return faults;
    }

    /// <summary>Every acknowledged message lies where its receipt says, behind the one that was sent before it.</summary>
    private static async Task CheckAsync(BrokerClient reader, List<SendReceipt> receipts)
    {
        Assert.Equal(receipts.Select(receipt => receipt.QueueOffset).Order(), receipts.Select(receipt => receipt.QueueOffset));
        var stored = new ConcurrentDictionary<long, ReceivedMessage>();
        int queueId = receipts[0].QueueId;
        for (long next = receipts[0].QueueOffset; next <= receipts[^1].QueueOffset;)
        {
            PullOutcome pull = await reader.PullAsync(
                new PullRequest("checker", "Chaos", queueId, next) { MaxMessages = 512 });
            Assert.Equal(PullStatus.Found, pull.Status);
            foreach (ReceivedMessage message in pull.Messages)
                stored[message.QueueOffset] = message;
            next = pull.NextOffset;
        }

        for (int number = 0; number < receipts.Count; number++)
        {
            ReceivedMessage message = stored[receipts[number].QueueOffset];
            Assert.Equal(receipts[number].MessageId, message.MessageId);
            Assert.Equal(number, BitConverter.ToInt32(message.Body.Span));
        }
    }
}
