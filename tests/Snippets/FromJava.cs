using System.Text;
using OrleansMq.Client;
using OrleansMq.Client.Consuming;
using OrleansMq.Client.Popping;
using OrleansMq.Client.Producing;
using OrleansMq.Client.Reading;
using OrleansMq.Client.Receiving;
using OrleansMq.Client.Sending;

namespace OrleansMq.Snippets;

/// <summary>The code of docs/from-rocketmq-java-client.md.</summary>
internal static class FromJava
{
    public static async Task SendAsync()
    {
        #region client
        await using var mq = new OrleansMqClient("127.0.0.1:9876");
        await using Producer producer = mq.CreateProducer();
        #endregion

        #region send
        var message = new Message
        {
            Topic = "Orders", Tag = "created", Keys = "order-7", Body = Encoding.UTF8.GetBytes("created"),
        };
        SendReceipt receipt = await producer.SendAsync(message);
        Console.WriteLine(receipt.MessageId);
        #endregion

        #region oneway
        await producer.SendOneWayAsync(message);
        #endregion

        #region batch
        Message[] messages = [message, message];
        IReadOnlyList<SendReceipt> receipts = await producer.SendAsync(messages);
        #endregion

        #region key
        await producer.SendAsync(new Message { Topic = "Orders", OrderingKey = "order-7", Body = message.Body });
        #endregion

        #region delay
        SendReceipt delayed = await producer.SendAsync(new Message
        {
            Topic = "Orders", DeliverAt = DateTimeOffset.UtcNow.AddMinutes(10), Body = message.Body,
        });
        await producer.RecallAsync(delayed);
        #endregion
    }

    public static async Task ConsumeAsync(OrleansMqClient mq)
    {
        #region consume
        var options = new ConsumerOptions
        {
            Group = "shipping",
            Subscriptions = new Dictionary<string, MessageFilter> { ["Orders"] = MessageFilter.Tags("created", "paid") },
        };
        await using PushConsumer consumer = mq.CreateConsumer(options, async (message, cancellation) =>
        {
            await ShipAsync(message.Body, cancellation);
            return ConsumeResult.Ack;
        });
        await consumer.StartAsync();
        #endregion

        #region orderly
        ConsumerOptions orderly = options with { Order = ConsumeOrder.PerQueue };
        #endregion

        #region broadcasting
        ConsumerOptions broadcasting = options with
        {
            Model = ConsumerModel.Broadcasting,
            OffsetStore = new FileOffsetStore("offsets"),
        };
        #endregion
    }

    public static ConsumeResult Results(bool isBusy, bool isBroken)
    {
        #region results
        if (isBusy)
            return ConsumeResult.Retry(after: TimeSpan.FromSeconds(30), reason: "the warehouse is closed");
        if (isBroken)
            return ConsumeResult.DeadLetter("the order has no address");
        return ConsumeResult.Ack;
        #endregion
    }

    public static async Task ReadAsync(OrleansMqClient mq, CancellationToken cancellation)
    {
        #region read
        var since = new ReadOptions { From = ReadPosition.AtTime(DateTimeOffset.UtcNow.AddHours(-1)) };
        await foreach (ReceivedMessage message in mq.ReadAsync("Orders", since, cancellation))
            Console.WriteLine(message.MessageId);
        #endregion
    }

    public static async Task PopAsync(OrleansMqClient mq)
    {
        #region simple
        await using SimpleConsumer consumer = mq.CreateSimpleConsumer(new SimpleConsumerOptions("shipping", "Orders"));
        foreach (PoppedMessage message in await consumer.ReceiveAsync(16))
            await consumer.AckAsync(message);
        #endregion
    }

    private static Task ShipAsync(ReadOnlyMemory<byte> order, CancellationToken cancellation) => Task.CompletedTask;
}
