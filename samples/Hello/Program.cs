// Sends a message and receives it.
using System.Text;
using OrleansMq.Client;
using OrleansMq.Client.Consuming;
using OrleansMq.Client.Producing;
using OrleansMq.Client.Receiving;

string servers = args is [var first, ..] ? first : "127.0.0.1:9876";

#region hello
await using var mq = new OrleansMqClient(servers);

await using Producer producer = mq.CreateProducer();
SendReceipt receipt = await producer.SendAsync("Greetings", Encoding.UTF8.GetBytes("Hello, broker"));
Console.WriteLine($"sent {receipt}");

var received = new TaskCompletionSource<string>();
var options = new ConsumerOptions
{
    Group = "greeters",
    Subscriptions = new Dictionary<string, MessageFilter> { ["Greetings"] = MessageFilter.All },
};
await using PushConsumer consumer = mq.CreateConsumer(options, (message, _) =>
{
    received.TrySetResult(Encoding.UTF8.GetString(message.Body.Span));
    return ValueTask.FromResult(ConsumeResult.Ack);
});
await consumer.StartAsync();
Console.WriteLine($"received {await received.Task.WaitAsync(TimeSpan.FromMinutes(1))}");
#endregion
