using OrleansMq.Client;
using OrleansMq.Client.Receiving;
using OrleansMq.Client.Sending;
using OrleansMq.Messages.Topics;
using OrleansMq.Protocol.Bodies;

namespace OrleansMq.Cli.Demo.Checks;

/// <summary>Messages that fail come again after a delay, and after the last try go to the dead-letter topic.</summary>
internal sealed class RetryCheck : IDemoCheck
{
    private const string Group = "demo-retry";
    private const string Topic = "retries";
    private const int Messages = 50;
    private const int Tries = 2;
    private const int DelayLevel = 1;
    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(1);

    public string What => $"{Tries} retries, then dead letter";

    public async Task RunAsync(DemoContext context, CheckResult result, CancellationToken cancellation)
    {
        await context.CreateTopicAsync(Topic, 1, cancellation);
        await using BrokerClient client = await context.ConnectAsync(cancellation);
        var consumer = new ConsumerData { GroupName = Group };
        consumer.SubscriptionDataSet.Add(new SubscriptionData { Topic = Topic, SubString = "*" });
        await client.HeartbeatAsync([consumer], cancellation);
        for (int index = 0; index < Messages; index++)
        {
            await client.SendAsync(
                new Message { Topic = Topic, Body = DemoBody.Make(0, index, 64), Keys = $"retried-{index}" }, 0,
                cancellation);
        }

        var began = DateTimeOffset.UtcNow;
        List<ReceivedMessage> failed = await ReadAsync(client, Topic, 0, reconsumeTimes: 0, result, cancellation);
        for (int attempt = 1; attempt <= Tries; attempt++)
        {
            DateTimeOffset sentBack = await SendBackAsync(client, failed, cancellation);
            failed = await ReadAsync(
                client, TopicNames.RetryOf(Group), (attempt - 1) * Messages, attempt, result, cancellation);
            if (failed.Exists(message => message.StoreTime < sentBack + Delay))
                result.Fail($"try {attempt}: expected no message before {Delay.TotalSeconds} s, got one");
        }

        await SendBackAsync(client, failed, cancellation);
        List<ReceivedMessage> dead = await ReadAsync(
            client, TopicNames.DeadLetterOf(Group), 0, Tries + 1, result, cancellation);
        foreach (ReceivedMessage message in dead)
            result.Expect(Topic, message.Properties.GetValueOrDefault("DLQ_ORIGIN_TOPIC"), "origin of a dead letter");
        result.Messages = Messages;
        result.Lost = Messages - dead.Count;
        result.Measure = $"dead after {Figures.Milliseconds((DateTimeOffset.UtcNow - began).TotalMilliseconds)}";
    }

    private static async Task<DateTimeOffset> SendBackAsync(
        BrokerClient client, List<ReceivedMessage> messages, CancellationToken cancellation)
    {
        var began = DateTimeOffset.FromUnixTimeMilliseconds(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        foreach (ReceivedMessage message in messages)
            await client.SendBackAsync(Group, message, DelayLevel, Tries, cancellation);
        return began;
    }

    private static async Task<List<ReceivedMessage>> ReadAsync(
        BrokerClient client, string topic, long from, int reconsumeTimes, CheckResult result,
        CancellationToken cancellation)
    {
        var messages = new List<ReceivedMessage>();
        for (long offset = from; offset < from + Messages;)
        {
            PullOutcome outcome = await client.PullAsync(
                new PullRequest(Group, topic, 0, offset) { Wait = TimeSpan.FromSeconds(8) }, cancellation);
            if (outcome.Messages.Count == 0)
                break;
            messages.AddRange(outcome.Messages);
            offset = outcome.NextOffset;
        }

        string numbers = string.Join(' ', messages.Select(NumberOf).Order());
        result.Expect(string.Join(' ', Enumerable.Range(0, Messages)), numbers, $"messages in {topic}");
        foreach (ReceivedMessage message in messages)
            result.Expect(
                reconsumeTimes, message.ReconsumeTimes, $"{topic}, offset {message.QueueOffset}: tries so far");
        return messages;
    }

    private static int NumberOf(ReceivedMessage message) =>
        DemoBody.TryRead(message.Body.Span, out _, out long sequence) ? (int)sequence : -1;
}
