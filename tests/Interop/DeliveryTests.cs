using OrleansMq.Interop.Tests.Clients;

namespace OrleansMq.Interop.Tests;

/// <summary>Messages of several producers reach the members of a group, each once, as they were sent.</summary>
public sealed class DeliveryTests(InteropBroker broker) : IClassFixture<InteropBroker>
{
    private const int Producers = 4;
    private const int MessagesPerProducer = 5_000;
    private const int Queues = 6;

    private static readonly string[] Tags = ["red", "green", "blue"];

    [Fact]
    public async Task Send_ReachesTheGroupOnceInOrder_WhenThreeMembersShareTheQueues()
    {
        string topic = await broker.CreateTopicAsync("delivery", Queues);
        NodeScript[] members = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => broker.ConsumeAsync(topic, "delivery-group")));
        await InteropBroker.WaitUntilSharedAsync(Queues, members);

        IReadOnlyList<ScriptEvent>[] results = await Task.WhenAll(Enumerable.Range(0, Producers).Select(number =>
            broker.SendAsync(new
            {
                nameServer = broker.Address, topic,
                series = new { prefix = $"p{number}", count = MessagesPerProducer, lanes = 8, tags = Tags },
            })));
        ScriptEvent[] sent = [.. results.SelectMany(result => result)];
        Assert.Equal(Producers * MessagesPerProducer, sent.Length);
        await NodeScript.WaitAsync(
            "all messages", members, () => members.Sum(member => member.CountOf("message")) >= sent.Length);
        await Task.WhenAll(members.Select(member => member.LeaveAsync()));

        ScriptEvent[] received = [.. members.SelectMany(member => member.Of("message"))];
        Assert.Equal(Describe(sent), Describe(received));
        Assert.All(members, AssertEachQueueInOrder);
        Assert.All(members, AssertEachLaneInOrder);
    }

    /// <summary>What must be equal on both sides, a line a message. The tag follows from the message's number.</summary>
    private static string[] Describe(IEnumerable<ScriptEvent> messages) =>
    [
        .. messages.Select(message =>
        {
            string tag = message.Event == "sent" ? Tags[NumberOf(message) % Tags.Length] : message.Tags!;
            string keys = message.Event == "sent" ? message.Text! : message.Keys!;
            return $"{message.Queue}/{message.Offset} {message.MessageId} {message.Sha1} {tag} {keys}";
        }).Order(StringComparer.Ordinal),
    ];

    private static int NumberOf(ScriptEvent message) => int.Parse(message.Text!.Split('-')[2]);

    private static void AssertEachQueueInOrder(NodeScript member)
    {
        foreach (var queue in member.Of("message").GroupBy(message => (message.Host, message.Queue)))
            Assert.Equal(queue.Select(message => message.Offset).Order(), queue.Select(message => message.Offset));
    }

    /// <summary>
    /// The messages of a lane have one sharding key, so they lie in one queue of each broker and arrive from it as they
    /// were sent.
    /// </summary>
    private static void AssertEachLaneInOrder(NodeScript member)
    {
        foreach (var lane in member.Of("message")
            .GroupBy(message => (message.Host, message.Text![..message.Text!.LastIndexOf('-')])))
        {
            Assert.Single(lane.Select(message => message.Queue).Distinct());
            Assert.Equal(lane.Select(NumberOf).Order(), lane.Select(NumberOf));
        }
    }
}
