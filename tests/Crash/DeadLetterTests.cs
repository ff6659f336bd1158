using System.Text;
using OrleansMq.BrokerProcesses;
using OrleansMq.Client;
using OrleansMq.Client.Operating;
using OrleansMq.Client.Receiving;
using OrleansMq.Client.Sending;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Requests;

namespace OrleansMq.Crash.Tests;

/// <summary>Dead letters that are being sent again while the broker is killed arrive once each.</summary>
public sealed class DeadLetterTests : IDisposable
{
    private const string Group = "consumers";
    private const int Letters = 400;
    private const int PageSize = 7;

    private static readonly ResendDeadLettersRequest All =
        new(Group, [], null, 0, long.MaxValue, PageSize, null, false, false, false);

    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public async Task ResendAll_SendsEachOnce_WhenTheBrokerIsKilledAgainAndAgainHalfWay()
    {
        await BuryAsync();
        for (int life = 1; life <= 4; life++)
        {
            await using BrokerProcess broker = await BrokerProcess.StartAsync(_directory.Path, 0);
            await using BrokerClient client = await BrokerClient.ConnectAsync(broker.EndPoint);
            await ResendAndKillAsync(broker, new BrokerOperations(client), pages: 8 * life);
        }

        await using BrokerProcess last = await BrokerProcess.StartAsync(_directory.Path, 0);
        await using BrokerClient reader = await BrokerClient.ConnectAsync(last.EndPoint);
        await ResendAsync(new BrokerOperations(reader), int.MaxValue);

        string[] bodies = await ReadAsync(reader, "%RETRY%" + Group);
        Assert.Equal(
            Enumerable.Range(0, Letters).Select(number => $"{number}").Order(StringComparer.Ordinal),
            bodies.Order(StringComparer.Ordinal));
    }

    public void Dispose() => _directory.Dispose();

    /// <summary>Kills the broker while a page is on its way, whether it is stored by then or not.</summary>
    private static async Task ResendAndKillAsync(BrokerProcess broker, BrokerOperations operations, int pages)
    {
        await ResendAsync(operations, pages);
        Task<ResendReport> caught = operations.ResendDeadLettersAsync(All);
        await broker.KillAsync();
        try
        {
            await caught;
        }
        catch (ConnectionLostException)
        {
            // Nobody was told what became of the page.
        }
    }

    private static async Task ResendAsync(BrokerOperations operations, int pages)
    {
        ResendDeadLettersRequest request = All;
        for (int page = 0; page < pages; page++)
        {
            ResendReport report = await operations.ResendDeadLettersAsync(request);
            Assert.Equal(0, report.Refused);
            if (report.Next is null)
                return;
            request = request with { Cursor = report.Next };
        }
    }

    private async Task BuryAsync()
    {
        await using BrokerProcess broker = await BrokerProcess.StartAsync(_directory.Path, 0);
        await using BrokerClient client = await BrokerClient.ConnectAsync(broker.EndPoint);
        var consumer = new ConsumerData { GroupName = Group };
        consumer.SubscriptionDataSet.Add(new SubscriptionData { Topic = "Orders", SubString = "*" });
        await client.HeartbeatAsync([consumer]);
        await client.CreateTopicAsync("Orders", 1);
        for (int number = 0; number < Letters; number++)
            await client.SendAsync(new Message { Topic = "Orders", Body = Encoding.UTF8.GetBytes($"{number}") }, 0);
        foreach (ReceivedMessage message in await PullAsync(client, "Orders"))
            await client.SendBackAsync(Group, message, delayLevel: -1);
        await broker.KillAsync();
    }

    private static async Task<string[]> ReadAsync(BrokerClient client, string topic) =>
        [.. (await PullAsync(client, topic)).Select(message => Encoding.UTF8.GetString(message.Body.Span))];

    private static async Task<List<ReceivedMessage>> PullAsync(BrokerClient client, string topic)
    {
        var messages = new List<ReceivedMessage>();
        PullOutcome outcome;
        do
        {
            outcome = await client.PullAsync(new PullRequest(Group, topic, 0, messages.Count));
            messages.AddRange(outcome.Messages);
        }
        while (outcome.Messages.Count > 0);
        return messages;
    }
}
