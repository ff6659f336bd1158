using System.Diagnostics;
using OrleansMq.Client;
using OrleansMq.Client.Receiving;
using OrleansMq.Protocol.Bodies;

namespace OrleansMq.Cli.Demo.Checks;

/// <summary>Every member of a broadcasting group gets every message.</summary>
internal sealed class BroadcastingCheck : IDemoCheck
{
    private const string Group = "demo-broadcast";
    private const int Members = 3;
    private const int Queues = 4;
    private const int MessagesEachQueue = 500;
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(5);

    public string What => $"broadcasting to {Members} members";

    public async Task RunAsync(DemoContext context, CheckResult result, CancellationToken cancellation)
    {
        var ledger = new Ledger("broadcasting", Queues, Queues);
        await context.CreateTopicAsync(ledger.Topic, Queues, cancellation);
        BrokerClient[] members = await context.ConnectAsync(Members, cancellation);
        var consumer = new ConsumerData { GroupName = Group, MessageModel = MessageModel.Broadcasting };
        consumer.SubscriptionDataSet.Add(new SubscriptionData { Topic = ledger.Topic, SubString = "*" });
        foreach (BrokerClient member in members)
            await member.HeartbeatAsync([consumer], cancellation);

        long began = Stopwatch.GetTimestamp();
        Verification[] verifications = [.. members.Select(_ => new Verification(ledger, result))];
        Task[] readers = [.. members.SelectMany((member, index) => Enumerable.Range(0, Queues).Select(queue =>
            ReadAsync(member, ledger.Topic, queue, verifications[index], cancellation)))];
        await using (BrokerClient client = await context.ConnectAsync(cancellation))
        {
            await Task.WhenAll(Enumerable.Range(0, Queues).Select(producer => PipelinedSends.RunAsync(
                client, ledger, producer, inFlight: 16, bodyBytes: 64,
                () => ledger.CountOf(producer) >= MessagesEachQueue, cancellation)));
        }

        await Task.WhenAll(readers);
        result.Messages = verifications.Sum(verification => verification.Count);
        result.Measure = Figures.Rate(result.Messages, Stopwatch.GetElapsedTime(began));
        foreach (Verification verification in verifications)
            verification.Complete();
        await DemoContext.CloseAsync(members);
    }

    private static async Task ReadAsync(
        BrokerClient member, string topic, int queue, Verification verification, CancellationToken cancellation)
    {
        for (long offset = 0; offset < MessagesEachQueue;)
        {
            PullOutcome outcome = await member.PullAsync(
                new PullRequest(Group, topic, queue, offset) { Wait = Wait }, cancellation);
            foreach (ReceivedMessage message in outcome.Messages)
                verification.Take(message);
            offset = outcome.NextOffset;
        }
    }
}
