using OrleansMq.Client.Sending;

namespace OrleansMq.Cli.Demo.Checks;

/// <summary>Messages that wait as long as a delay level says.</summary>
internal sealed class DelayLevelCheck : IDemoCheck
{
    private const string Topic = "delay-levels";
    private const int Messages = 200;

    public string What => "delay levels of 1 s and 2 s";

    public Task RunAsync(DemoContext context, CheckResult result, CancellationToken cancellation) =>
        DelayedMessages.RunAsync(context, Topic, Messages, DelayOf, Make, result, cancellation);

    private static TimeSpan DelayOf(int index) => TimeSpan.FromSeconds(1 + (index % 2));

    private static Message Make(byte[] body, IReadOnlyDictionary<string, string> properties, DateTimeOffset due)
    {
        // The levels are whole seconds, so the time that is left rounds up to the one that was meant.
        int level = (int)Math.Ceiling((due - DateTimeOffset.UtcNow).TotalSeconds);
        return new Message { Topic = Topic, Body = body, Properties = properties, DelayLevel = level };
    }
}
