using OrleansMq.Interop.Tests.Clients;

namespace OrleansMq.Interop.Tests;

/// <summary>The members of a group share its queues anew when one comes, leaves or dies.</summary>
public sealed class FailoverTests(InteropBroker broker) : IClassFixture<InteropBroker>
{
    private const int Queues = 4;
    private const int Messages = 2_000;

    [Fact]
    public async Task Consume_LosesNothing_WhenAMemberIsKilled()
    {
        string topic = await broker.CreateTopicAsync("failover-killed", Queues);
        NodeScript[] members = await StartMembersAsync(topic, "failover-killed-group");

        Task<IReadOnlyList<ScriptEvent>> sending = broker.SendAsync(new
        {
            nameServer = broker.Address, topic, series = new { prefix = "m", count = Messages, lanes = 8 },
        });
        await members[0].WaitForAsync("message", 50);
        await members[0].KillAsync();
        IReadOnlyList<ScriptEvent> sent = await sending;

        await InteropBroker.WaitUntilSharedAsync(Queues, members[1]);
        await NodeScript.WaitAsync("all messages", members, () => DistinctTexts(members).Count == sent.Count);
        Assert.Equal(sent.Select(message => message.Text!).Order(), DistinctTexts(members).Order());
    }

    [Fact]
    public async Task Leave_HandsTheQueuesOverWithoutRepetition_WhenAMemberCloses()
    {
        string topic = await broker.CreateTopicAsync("failover-left", Queues);
        NodeScript[] members = await StartMembersAsync(topic, "failover-left-group");
        object series = new { prefix = "before", count = 40, lanes = 4 };
        await broker.SendAsync(new { nameServer = broker.Address, topic, series });
        await NodeScript.WaitAsync("the first messages", members, () => members.Sum(member => member.CountOf("message")) == 40);

        await members[0].LeaveAsync();
        await InteropBroker.WaitUntilSharedAsync(Queues, members[1]);
        series = new { prefix = "after", count = 40, lanes = 4 };
        await broker.SendAsync(new { nameServer = broker.Address, topic, series });
        await NodeScript.WaitAsync("the other messages", members, () => DistinctTexts(members).Count == 80);

        Assert.Equal(80, members.Sum(member => member.CountOf("message")));
        ScriptEvent online = await broker.RequestAsync(38, new { consumerGroup = "failover-left-group" });
        Assert.Single(online.ReadJson().GetProperty("consumerIdList").EnumerateArray());
    }

    private async Task<NodeScript[]> StartMembersAsync(string topic, string group)
    {
        NodeScript[] members = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => broker.ConsumeAsync(topic, group)));
        await InteropBroker.WaitUntilSharedAsync(Queues, members);
        return members;
    }

    private static HashSet<string> DistinctTexts(IEnumerable<NodeScript> members) =>
        [.. members.SelectMany(member => member.Of("message")).Select(message => message.Text!)];
}
