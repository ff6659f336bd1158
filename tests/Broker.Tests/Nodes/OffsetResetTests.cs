using System.Text;
using OrleansMq.Broker.ClientCalls;
using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.Offsets;
using OrleansMq.Broker.Topics;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Requests;

namespace OrleansMq.Broker.Tests.Nodes;

/// <summary>An operator sends a group elsewhere, at a broker on real files.</summary>
public sealed class OffsetResetTests : IDisposable, IOffsetResetListener
{
    private static readonly MessageQueueKey s_first = new("Orders", "broker-a", 0);

    private readonly TestBroker _broker = new();
    private readonly List<string> _resets = [];

    public OffsetResetTests()
    {
        for (int second = 0; second < 10; second++)
        {
            _broker.Send("Orders", $"m{second}");
            _broker.Time.Advance(TimeSpan.FromSeconds(1));
        }

        _broker.Pull("Orders", offset: 0);
        Assert.Equal(CommitStatus.Committed, Group.Commit("Orders", 0, 8));
    }

    private GroupHandle Group => _broker.Node.Groups.Find("consumers")!;

    private long Committed => Group.QueryOffset("Orders", 0)!.Value;

    [Theory]
    [InlineData(-1, 10)]
    [InlineData(3_000, 3)]
    [InlineData(2_500, 3)]
    [InlineData(0, 0)]
    [InlineData(-60_000, 0)]
    [InlineData(3_600_000, 10)]
    public async Task Reset_SendsTheGroupToATime(long sinceFirst, long expected)
    {
        long first = _broker.Time.Milliseconds - 10_000;
        long timestamp = sinceFirst == -1 ? -1 : first + sinceFirst;
        ResetResult result = await ResetAsync(timestamp);
        Assert.Equal((ResponseCode.Success, expected), (result.Code, result.Offsets[s_first]));
        Assert.Equal(expected, Committed);
        Assert.Equal(4, result.Offsets.Count);
    }

    [Fact]
    public async Task Reset_OnlyGoesBack_UnlessItIsForced()
    {
        Assert.Equal(8, (await ResetAsync(-1, isForced: false)).Offsets[s_first]);
        Assert.Equal(8, Committed);
        Assert.Equal(0, (await ResetAsync(0, isForced: false)).Offsets[s_first]);
        Assert.Equal(0, Committed);
    }

    [Fact]
    public async Task Reset_SetsOneQueue_ToAnOffset()
    {
        ResetResult result = await _broker.Node.OffsetResets.ResetAsync(
            new ResetOffsetRequest("Orders", "consumers", 0, false, 0, 9), asCpp: false);
        Assert.Equal(9, Assert.Single(result.Offsets).Value);
        Assert.Equal(9, Committed);
    }

    [Theory]
    [InlineData("Nothing", "consumers", -1, -1, ResponseCode.TopicNotExist, "'Nothing'")]
    [InlineData("Orders", "nobody", -1, -1, ResponseCode.SubscriptionGroupNotExist, "'nobody'")]
    [InlineData("Orders", "consumers", 4, -1, ResponseCode.SystemError, "queues 0 to 3, not 4")]
    [InlineData("Orders", "consumers", 0, 11, ResponseCode.SystemError, "0 to 10, not 11")]
    [InlineData("Orders", "consumers", -1, 3, ResponseCode.SystemError, "'queueId'")]
    public async Task Reset_SaysWhatIsWrong_AndChangesNothing(
        string topic, string group, int queueId, long offset, ResponseCode code, string reason)
    {
        ResetResult result = await _broker.Node.OffsetResets.ResetAsync(
            new ResetOffsetRequest(topic, group, -1, true, queueId, offset), asCpp: false);
        Assert.Equal(code, result.Code);
        Assert.Contains(reason, result.Problem, StringComparison.Ordinal);
        Assert.Equal(8, Committed);
    }

    [Fact]
    public async Task Reset_ChangesNoQueue_WhenTheGroupMayNotHaveOffsetsOfAll()
    {
        _broker.Options.MaxCommittedQueuesPerGroup = 3;
        _broker.Reopen();
        _broker.Node.OffsetResets.Listen(this);
        Group.Heartbeat(Member("java", 11));

        ResetResult result = await ResetAsync(0);

        Assert.Equal(ResponseCode.SystemError, result.Code);
        Assert.Contains("MaxCommittedQueuesPerGroup", result.Problem, StringComparison.Ordinal);
        Assert.Empty(result.Offsets);
        Assert.Equal([(0, 8L)], Group.ReadOffsets(
            offsets => offsets.OfTopic("Orders").Select(queue => (queue.Key, queue.Value)).ToArray()));
        Assert.Equal(0, Group.ReadOffsets(offsets => offsets.GuardCount));
        Assert.Empty(_resets);
        Assert.Empty(_broker.Channels.Told);
    }

    /// <summary>The member had consumed everything, goes on reading at the end, and commits what it had done.</summary>
    [Fact]
    public async Task Reset_IsNotUndone_ByAMemberThatKnowsNothingOfIt()
    {
        Group.Heartbeat(Member("one", 11));
        await ResetAsync(0);
        Assert.Equal(CommitStatus.IgnoredBeforeReset, CommitOfClient(Group, 10));
        Assert.Equal(0, Committed);

        var (outcome, records) = _broker.Pull("Orders", offset: 10);
        Assert.Equal((ResponseCode.PullOffsetMoved, 0L), (outcome.Code, outcome.Result.NextOffset));
        Assert.Empty(records);

        Assert.Equal(10, _broker.Pull("Orders", offset: outcome.Result.NextOffset).Records.Length);
        Assert.Equal(CommitStatus.Committed, CommitOfClient(Group, 10));
        Assert.Equal(10, Committed);
    }

    [Fact]
    public async Task Reset_AnswersAPullThatWaits_WithWhereToGoOn()
    {
        TestPull pull = _broker.Hold("Orders", offset: 10);
        await ResetAsync(0);
        Assert.Equal((ResponseCode.PullOffsetMoved, 0L), (pull.Code, pull.NextOffset));
        Assert.Equal(0, _broker.Node.Puller.HeldCount);
    }

    [Fact]
    public async Task Skip_LeavesAPullThatWaitsAtTheEnd()
    {
        TestPull pull = _broker.Hold("Orders", offset: 10);
        await ResetAsync(-1);
        Assert.Equal(1, _broker.Node.Puller.HeldCount);
        _broker.Send("Orders", "m10");
        Assert.Equal(ResponseCode.Success, pull.Code);
    }

    [Fact]
    public async Task Members_AreTold_EachInItsWay()
    {
        Group.Heartbeat(Member("java", 11));
        Group.Heartbeat(Member("cpp", 12) with { Language = "Cpp" });
        Group.Heartbeat(Member("ancient", 13) with { Version = ProtocolVersions.V307 - 1 });
        await _broker.Node.OffsetResets.ResetAsync(
            new ResetOffsetRequest("Orders", "consumers", 7, true, 0, -1), asCpp: false);

        (long Channel, ClientCall Call)[] told = [.. _broker.Channels.Told.OrderBy(one => one.Channel)];
        Assert.Equal([11L, 12L], told.Select(one => one.Channel));
        Assert.Equal(RequestCode.ResetConsumerClientOffset, told[0].Call.Code);
        Assert.Equal(("Orders", "consumers", "7"), (
            told[0].Call.Fields["topic"], told[0].Call.Fields["group"], told[0].Call.Fields["timestamp"]));
        Assert.Equal(
            """{"offsetTable":{{"brokerName":"broker-a","queueId":0,"topic":"Orders"}:0}}""",
            Encoding.UTF8.GetString(told[0].Call.Body.Span));
        Assert.Equal(
            """{"offsetTable":[{"brokerName":"broker-a","offset":0,"queueId":0,"topic":"Orders"}]}""",
            Encoding.UTF8.GetString(told[1].Call.Body.Span));
    }

    [Fact]
    public async Task Listener_IsToldOfEachQueue_OnceItIsOnDisk()
    {
        _broker.Node.OffsetResets.Listen(this);
        await ResetAsync(0);
        Assert.Equal(["consumers Orders 0 0", "consumers Orders 1 0", "consumers Orders 2 0", "consumers Orders 3 0"],
            _resets);
    }

    /// <summary>The broker is killed the moment it has answered, before it would write offsets by itself.</summary>
    [Fact]
    public async Task Reset_AndItsGuard_OutliveAKill()
    {
        _broker.Step("omq-offsets");
        await ResetAsync(0);
        _broker.Crash();
        Assert.Equal(0, Committed);
        Assert.Equal(CommitStatus.IgnoredBeforeReset, CommitOfClient(Group, 10));
        Assert.Equal(ResponseCode.PullOffsetMoved, _broker.Pull("Orders", offset: 10).Outcome.Code);
        Assert.Equal(10, _broker.Pull("Orders", offset: 0).Records.Length);

        // Everything was handed out again, so that nobody needs to be told from the others any more.
        Assert.Equal(CommitStatus.Committed, CommitOfClient(Group, 10));
        _broker.Reopen();
        Assert.Equal(10, Committed);
        Assert.Equal(0, Group.ReadOffsets(offsets => offsets.GuardCount));
        Assert.Equal(1, Group.ReadOffsets(offsets => offsets.ResetsOf("Orders", 0)));
    }

    [Fact]
    public async Task Reset_EndsItsGuard_WhenItsTimeIsOver()
    {
        await ResetAsync(0);
        _broker.Time.Advance(_broker.Options.ResetGuard);
        Assert.Equal(CommitStatus.Committed, CommitOfClient(Group, 10));
    }

    [Fact]
    public async Task Clone_SendsAGroupToWhereAnotherIs()
    {
        _broker.Node.Groups.FindOrCreate("copies");
        GroupHandle copies = _broker.Node.Groups.Find("copies")!;
        copies.Commit("Orders", 0, 10);
        Group.Commit("%RETRY%consumers", 0, 3);
        ResetResult result = await _broker.Node.OffsetResets.CloneAsync(Group, copies, null, mayBeOffline: true);

        Assert.Equal(8, Assert.Single(result.Offsets).Value);
        Assert.Equal((8, 8), (copies.QueryOffset("Orders", 0), Committed));
        Assert.Equal(CommitStatus.IgnoredBeforeReset, CommitOfClient(copies, 10));
        _broker.Crash();
        Assert.Equal(8, _broker.Node.Groups.Find("copies")!.QueryOffset("Orders", 0));
    }

    [Fact]
    public async Task Clone_PassesOverTopics_ThatTheSourceDoesNotSubscribeTo_UnlessItMayBeOffline()
    {
        _broker.Node.Groups.FindOrCreate("copies");
        GroupHandle copies = _broker.Node.Groups.Find("copies")!;
        Subscription.TryParse("Bills", "*", ExpressionKind.Tag, 1, out Subscription? bills, out _);
        Group.Heartbeat(Member("one", 11) with
        {
            Subscriptions = [bills!],
        });
        Assert.Empty((await _broker.Node.OffsetResets.CloneAsync(Group, copies, "Orders", mayBeOffline: false)).Offsets);
        Assert.Single((await _broker.Node.OffsetResets.CloneAsync(Group, copies, "Orders", mayBeOffline: true)).Offsets);
    }

    public void Dispose() => _broker.Dispose();

    void IOffsetResetListener.OnReset(GroupHandle group, TopicHandle topic, int queueId, long offset)
    {
        Assert.Contains("\"resets\"", File.ReadAllText(_broker.OffsetsPath), StringComparison.Ordinal);
        _resets.Add($"{group.Name} {topic.Name} {queueId} {offset}");
    }

    private CommitStatus CommitOfClient(GroupHandle group, long offset) =>
        group.CommitOfClient(_broker.Node.Topics.Find("Orders")!.Queue(0), offset);

    private Task<ResetResult> ResetAsync(long timestamp, bool isForced = true) => _broker.Node.OffsetResets.ResetAsync(
        new ResetOffsetRequest("Orders", "consumers", timestamp, isForced, -1, -1), asCpp: false).AsTask();

    private static GroupMember Member(string clientId, long channel) => new()
    {
        ClientId = clientId,
        Channel = new ClientChannel("broker-a", channel),
        Version = ProtocolVersions.Current,
    };
}
