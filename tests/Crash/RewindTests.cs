using OrleansMq.BrokerProcesses;
using OrleansMq.Client;
using OrleansMq.Client.Receiving;
using OrleansMq.Client.Sending;
using OrleansMq.Protocol.Bodies;

namespace OrleansMq.Crash.Tests;

/// <summary>What an operator was told about a group's offsets holds when the broker is killed right after.</summary>
public sealed class RewindTests
{
    private const string Group = "workers";
    private const int Messages = 50;

    /// <summary>So rarely that the broker cannot have written the offsets by itself.</summary>
    private const string RareFlush = "--OrleansMq:Broker:OffsetFlushInterval=01:00:00";

    [Fact]
    public async Task Kill_UndoesNoReset_AndLateCommitsDoNotEither()
    {
        using var directory = new TemporaryDirectory();
        await using (BrokerProcess broker = await BrokerProcess.StartAsync(directory.Path, 0, RareFlush))
        {
            await using BrokerClient client = await BrokerClient.ConnectAsync(broker.EndPoint);
            await client.CreateTopicAsync("Orders", 1);
            for (int message = 0; message < Messages; message++)
                await client.SendAsync(new Message { Topic = "Orders", Body = new byte[] { (byte)message } });
            await client.HeartbeatAsync([Consumer()]);
            Assert.NotEmpty((await PullAsync(client, 0)).Messages);
            await client.CommitOffsetAsync(Group, "Orders", 0, Messages);
            Assert.Equal(7, Assert.Single(await client.ResetOffsetAsync(Group, "Orders", 0, 7)).Value);
            await broker.KillAsync();
        }

        await using BrokerProcess again = await BrokerProcess.StartAsync(directory.Path, 0, RareFlush);
        await using BrokerClient member = await BrokerClient.ConnectAsync(again.EndPoint);
        await member.CommitOffsetAsync(Group, "Orders", 0, Messages);
        Assert.Equal(7, await member.QueryOffsetAsync(Group, "Orders", 0));
        PullOutcome late = await PullAsync(member, Messages);
        Assert.Equal((PullStatus.OffsetMoved, 7), (late.Status, late.NextOffset));
        PullOutcome anew = await PullAsync(member, 7);
        Assert.Equal(7, anew.Messages[0].Body.Span[0]);
    }

    private static async Task<PullOutcome> PullAsync(BrokerClient client, long offset) =>
        await client.PullAsync(new PullRequest(Group, "Orders", 0, offset));

    private static ConsumerData Consumer() => new()
    {
        GroupName = Group,
        SubscriptionDataSet = [new SubscriptionData { Topic = "Orders", SubString = "*" }],
    };
}
