// A message that nobody can handle becomes a dead letter with the reason, and is sent again after the repair.
using OrleansMq.Client;
using OrleansMq.Client.Administration;
using OrleansMq.Client.Consuming;
using OrleansMq.Client.Producing;
using OrleansMq.Client.Receiving;
using OrleansMq.Protocol.Bodies;

await using var mq = new OrleansMqClient(args is [var servers, ..] ? servers : "127.0.0.1:9876");
bool isRepaired = false;
var handled = new TaskCompletionSource();

#region deadletter
var options = new ConsumerOptions
{
    Group = "billing",
    Subscriptions = new Dictionary<string, MessageFilter> { ["Invoices"] = MessageFilter.All },
};
await using PushConsumer consumer = mq.CreateConsumer(options, (message, _) =>
{
    if (!isRepaired)
        return ValueTask.FromResult(ConsumeResult.DeadLetter("there is no price list for 2026"));
    handled.TrySetResult();
    return ValueTask.FromResult(ConsumeResult.Ack);
});
#endregion
await consumer.StartAsync();
await using Producer producer = mq.CreateProducer();
await producer.SendAsync("Invoices", "invoice 7"u8.ToArray());

var ofBilling = new DeadLetterSelection("billing");
DeadLetterEntry letter = await FirstAsync(mq.Admin.DeadLetters, ofBilling);
Console.WriteLine($"dead letter of {letter.OriginTopic}: {letter.Error}");

isRepaired = true;
#region resend
await foreach ((string? broker, ResentEntry resent) in mq.Admin.DeadLetters.ResendAsync(ofBilling))
    Console.WriteLine($"sent again: {resent.Outcome}");
#endregion
await handled.Task.WaitAsync(TimeSpan.FromMinutes(1));
Console.WriteLine("handled");

static async Task<DeadLetterEntry> FirstAsync(DeadLetterAdmin letters, DeadLetterSelection selection)
{
    for (int attempt = 0; attempt < 300; attempt++)
    {
        await foreach ((string _, DeadLetterEntry letter) in letters.ListAsync(selection))
            return letter;
        await Task.Delay(100);
    }

    throw new TimeoutException("No dead letter came within 30 s.");
}
