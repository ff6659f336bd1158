using OrleansMq.Client.Sending;

namespace OrleansMq.Cli.Demo.Checks;

/// <summary>Messages that come at a time given to the millisecond.</summary>
internal sealed class DeliveryTimeCheck : IDemoCheck
{
    private const string Topic = "delivery-times";
    private const int Messages = 200;

    public string What => "delivery at an exact time";

    public Task RunAsync(DemoContext context, CheckResult result, CancellationToken cancellation) =>
        DelayedMessages.RunAsync(context, Topic, Messages, DelayOf, Make, result, cancellation);

    private static TimeSpan DelayOf(int index) => TimeSpan.FromMilliseconds(500 + (index * 7919 % 1500));

    private static Message Make(byte[] body, IReadOnlyDictionary<string, string> properties, DateTimeOffset due) =>
        new() { Topic = Topic, Body = body, Properties = properties, DeliverAt = due };
}
