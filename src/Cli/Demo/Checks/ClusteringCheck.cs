using System.Diagnostics;
using OrleansMq.Client;

namespace OrleansMq.Cli.Demo.Checks;

/// <summary>
/// Three members of a group share the queues of a topic; one leaves, and the other two take over where it stopped.
/// Every message reaches one of them, once.
/// </summary>
internal sealed class ClusteringCheck : IDemoCheck
{
    private const string Group = "demo-cluster";
    private const int Members = 3;
    private const int Queues = 8;
    private const int MessagesEachTime = 4_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public string What => $"group of {Members} members, one leaves";

    public async Task RunAsync(DemoContext context, CheckResult result, CancellationToken cancellation)
    {
        var ledger = new Ledger("clustering", Queues, Queues);
        await context.CreateTopicAsync(ledger.Topic, Queues, cancellation);
        var verification = new Verification(ledger, result);
        BrokerClient[] clients = await context.ConnectAsync(Members, cancellation);
        GroupConsumer[] members = [.. clients.Select(client =>
            new GroupConsumer(client, Group, ledger.Topic, Queues, verification.Take))];
        foreach (GroupConsumer member in members)
            await member.JoinAsync(cancellation);
        long began = Stopwatch.GetTimestamp();
        await ShareOutAsync(members, result, cancellation);
        await SendAndAwaitAsync(context, ledger, verification, cancellation);

        int changesBefore = members[0].ChangesSeen;
        await members[^1].LeaveAsync(cancellation);
        await ShareOutAsync(members[..^1], result, cancellation);
        await SendAndAwaitAsync(context, ledger, verification, cancellation);
        TimeSpan elapsed = Stopwatch.GetElapsedTime(began);
        if (members[0].ChangesSeen == changesBefore)
            result.Fail("a member left: expected the broker to tell the others, but it did not");

        foreach (GroupConsumer member in members)
            await member.DisposeAsync();
        result.Messages = verification.Count;
        result.Measure = Figures.Rate(result.Messages, elapsed);
        verification.Complete();
    }

    private static async Task ShareOutAsync(
        GroupConsumer[] members, CheckResult result, CancellationToken cancellation)
    {
        foreach (GroupConsumer member in members)
            await member.ReadAsync(members.Length, cancellation);
        string shares = string.Join(' ', members.SelectMany(member => member.Share).Order());
        result.Expect(string.Join(' ', Enumerable.Range(0, Queues)), shares, $"queues of {members.Length} members");
        int most = members.Max(member => member.Share.Count);
        result.Expect((Queues + members.Length - 1) / members.Length, most, "largest share");
    }

    private static async Task SendAndAwaitAsync(
        DemoContext context, Ledger ledger, Verification verification, CancellationToken cancellation)
    {
        await using BrokerClient client = await context.ConnectAsync(cancellation);
        await Task.WhenAll(Enumerable.Range(0, Queues).Select(producer =>
        {
            int end = ledger.CountOf(producer) + (MessagesEachTime / Queues);
            return PipelinedSends.RunAsync(
                client, ledger, producer, inFlight: 16, bodyBytes: 64, () => ledger.CountOf(producer) >= end,
                cancellation);
        }));
        long began = Stopwatch.GetTimestamp();
        while (verification.Count < ledger.AcknowledgedCount && Stopwatch.GetElapsedTime(began) < Patience)
            await Task.Delay(1, cancellation);
    }
}
