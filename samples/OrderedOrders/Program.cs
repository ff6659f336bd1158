// What happens to an order is handled in its order, while many orders are handled at a time.
using System.Collections.Concurrent;
using System.Text;
using OrleansMq.Client;
using OrleansMq.Client.Consuming;
using OrleansMq.Client.Producing;
using OrleansMq.Client.Receiving;
using OrleansMq.Client.Sending;

string[] steps = ["created", "paid", "packed", "shipped"];
string[] orders = ["order-1", "order-2", "order-3"];
await using var mq = new OrleansMqClient(args is [var servers, ..] ? servers : "127.0.0.1:9876");

#region ordered
// One key, one queue, one after another. Sends need not wait for each other.
await using Producer producer = mq.CreateProducer();
await producer.SendAsync(
    from step in steps
    from order in orders
    select new Message { Topic = "OrderSteps", OrderingKey = order, Body = Encoding.UTF8.GetBytes(step) });

var options = new ConsumerOptions
{
    Group = "warehouse",
    Subscriptions = new Dictionary<string, MessageFilter> { ["OrderSteps"] = MessageFilter.All },
    Order = ConsumeOrder.PerKey,
};
#endregion

var seen = new ConcurrentDictionary<string, List<string>>();
var done = new TaskCompletionSource();
await using PushConsumer consumer = mq.CreateConsumer(options, async (message, cancellation) =>
{
    string order = message.Properties["__SHARDINGKEY"];
    await Task.Delay(Random.Shared.Next(20), cancellation);
    List<string> stepsOfOrder = seen.GetOrAdd(order, _ => []);
    lock (stepsOfOrder)
        stepsOfOrder.Add(Encoding.UTF8.GetString(message.Body.Span));
    if (seen.Values.Sum(list => list.Count) == steps.Length * orders.Length)
        done.TrySetResult();
    return ConsumeResult.Ack;
});
await consumer.StartAsync();
await done.Task.WaitAsync(TimeSpan.FromMinutes(1));
foreach ((string order, List<string> stepsOfOrder) in seen.OrderBy(pair => pair.Key, StringComparer.Ordinal))
    Console.WriteLine($"{order}: {string.Join(", ", stepsOfOrder)}");
