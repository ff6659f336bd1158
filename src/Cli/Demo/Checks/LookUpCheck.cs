using System.Diagnostics;
using OrleansMq.Client;
using OrleansMq.Client.Receiving;
using OrleansMq.Client.Sending;

namespace OrleansMq.Cli.Demo.Checks;

/// <summary>
/// Messages are found by key, by the identifiers of producer and broker, and by the time they were stored.
/// </summary>
internal sealed class LookUpCheck : IDemoCheck
{
    private const string Topic = "look-up";
    private const int Messages = 200;
    private static readonly TimeSpan IndexPatience = TimeSpan.FromSeconds(3);

    public string What => "look-up by key, by id, by time";

    public async Task RunAsync(DemoContext context, CheckResult result, CancellationToken cancellation)
    {
        await context.CreateTopicAsync(Topic, 1, cancellation);
        await using BrokerClient client = await context.ConnectAsync(cancellation);
        var sent = new List<SendOutcome>();
        for (int index = 0; index < Messages; index++)
        {
            var message = new Message
            {
                Topic = Topic, Body = DemoBody.Make(0, index, 64), Keys = $"order-{index} shared-{index % 10}",
            };
            sent.Add(await client.SendAsync(message, 0, cancellation));
        }

        long began = Stopwatch.GetTimestamp();
        var byOffset = new List<ReceivedMessage>();
        for (int index = 0; index < Messages; index++)
        {
            ReceivedMessage viewed = await client.ViewAsync(sent[index].OffsetMessageId, cancellation);
            byOffset.Add(viewed);
            Expect(result, index, [viewed], $"by the broker's id {sent[index].OffsetMessageId}");
            Expect(result, index, await FindAsync(client, $"order-{index}", 1, cancellation), $"by key order-{index}");
            Expect(result, index, await FindAsync(client, sent[index].MessageId, 1, cancellation),
                $"by id {sent[index].MessageId}");
        }

        IReadOnlyList<ReceivedMessage> shared = await FindAsync(client, "shared-3", Messages / 10, cancellation);
        result.Expect(Messages / 10, shared.Count, "messages of the key shared-3");
        for (int index = 0; index < Messages; index += 10)
        {
            DateTimeOffset time = byOffset[index].StoreTime;
            int expected = byOffset.FindIndex(message => message.StoreTime >= time);
            result.Expect(expected, (int)await client.SearchOffsetAsync(Topic, 0, time, cancellation),
                $"offset at {time:HH:mm:ss.fff}");
        }

        result.Messages = Messages;
        int lookUps = (3 * Messages) + 1 + (Messages / 10);
        result.Measure = Figures.Milliseconds(Stopwatch.GetElapsedTime(began).TotalMilliseconds / lookUps) + " each";
    }

    /// <summary>The key index follows the log, a little behind it.</summary>
    private static async Task<IReadOnlyList<ReceivedMessage>> FindAsync(
        BrokerClient client, string key, int expected, CancellationToken cancellation)
    {
        long began = Stopwatch.GetTimestamp();
        while (true)
        {
            IReadOnlyList<ReceivedMessage> found = await client.QueryByKeyAsync(
                Topic, key, 64, null, null, cancellation);
            if (found.Count >= expected || Stopwatch.GetElapsedTime(began) > IndexPatience)
                return found;
            await Task.Delay(10, cancellation);
        }
    }

    private static void Expect(CheckResult result, int sequence, IReadOnlyList<ReceivedMessage> found, string how)
    {
        result.Expect(1, found.Count, $"messages found {how}");
        if (found.Count == 0)
        {
            result.Lost++;
            return;
        }

        bool isIntact = DemoBody.TryRead(found[0].Body.Span, out _, out long actual);
        result.Expect(sequence, isIntact ? (int)actual : -1, $"message found {how}");
    }
}
