// A reminder that comes later, and one that is called back in time.
using System.Text;
using OrleansMq.Client;
using OrleansMq.Client.Consuming;
using OrleansMq.Client.Producing;
using OrleansMq.Client.Receiving;
using OrleansMq.Client.Sending;

await using var mq = new OrleansMqClient(args is [var servers, ..] ? servers : "127.0.0.1:9876");
var reminded = new TaskCompletionSource<string>();
var options = new ConsumerOptions
{
    Group = "reminders",
    Subscriptions = new Dictionary<string, MessageFilter> { ["Reminders"] = MessageFilter.All },
};
await using PushConsumer consumer = mq.CreateConsumer(options, (message, _) =>
{
    reminded.TrySetResult(Encoding.UTF8.GetString(message.Body.Span));
    return ValueTask.FromResult(ConsumeResult.Ack);
});
await consumer.StartAsync();

#region delayed
await using Producer producer = mq.CreateProducer();
DateTimeOffset due = DateTimeOffset.UtcNow + TimeSpan.FromSeconds(3);
SendReceipt first = await producer.SendAsync(new Message
{
    Topic = "Reminders", DeliverAt = due - TimeSpan.FromSeconds(1), Body = "pay the invoice"u8.ToArray(),
});
await producer.SendAsync(new Message
{
    Topic = "Reminders", DeliverAt = due, Body = "call the customer"u8.ToArray(),
});

// It was paid meanwhile.
await producer.RecallAsync(first);
#endregion

Console.WriteLine($"reminded: {await reminded.Task.WaitAsync(TimeSpan.FromMinutes(1))}");
Console.WriteLine(DateTimeOffset.UtcNow >= due - TimeSpan.FromMilliseconds(50) ? "in time" : "too early");
