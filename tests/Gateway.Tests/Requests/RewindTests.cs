using System.Globalization;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Gateway.Tests.Requests;

/// <summary>Operators send groups elsewhere while their members are at work, over the wire.</summary>
public sealed class RewindTests : IAsyncDisposable
{
    private const int Messages = 5;

    private static readonly MessageQueueKey s_first = new("Orders", "broker-a", 0);

    private readonly ManualTime _time = new();
    private readonly TestBroker _broker;
    private readonly TestClient _operator;
    private readonly TestClient _consumer;

    public RewindTests()
    {
        _broker = new TestBroker(time: _time);
        _operator = _broker.Connect();
        _consumer = _broker.Connect();
        for (int message = 0; message < Messages; message++)
        {
            _operator.SendMessage("Orders", $"m{message}");
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        _consumer.Consume("one", "workers", "Orders");
        Assert.Equal((int)ResponseCode.Success, Pull(0).Code);
        Commit(Messages);
    }

    [Fact]
    public void Reset_TellsTheMember_AndLateCommitsDoNotUndoIt()
    {
        _operator.Send((int)RequestCode.InvokeBrokerToResetOffset, ResetTo(timestamp: 0));
        RemotingCommand told = _consumer.ReceiveRequest();
        RemotingCommand answer = _operator.Receive();

        Assert.Equal(((int)RequestCode.ResetConsumerClientOffset, true), (told.Code, told.IsOneWay));
        Assert.True(ResetOffsetBody.TryRead(told.Body.Span, out ResetOffsetBody? table, out string? problem), problem);
        Assert.Equal(0, table.OffsetTable[s_first]);
        Assert.True(ResetOffsetBody.TryRead(answer.Body.Span, out ResetOffsetBody? answered, out problem), problem);
        Assert.Equal(table.OffsetTable, answered.OffsetTable);

        // The member has not looked at it yet, and goes on as before.
        RemotingCommand late = Commit(Messages);
        Assert.Equal((int)ResponseCode.Success, late.Code);
        Assert.Contains("was reset", late.Remark, StringComparison.Ordinal);
        Assert.Equal("0", Committed());
        RemotingCommand pulled = Pull(Messages, commit: Messages);
        Assert.Equal(((int)ResponseCode.PullOffsetMoved, "0"), (pulled.Code, pulled.Fields["nextBeginOffset"]));

        Assert.Equal(((int)ResponseCode.Success, "5"), (Pull(0).Code, Pull(0).Fields["nextBeginOffset"]));
        Assert.Null(Commit(Messages).Remark);
        Assert.Equal("5", Committed());
    }

    [Fact]
    public void Reset_AnswersAPullThatWaits()
    {
        int held = _consumer.Send((int)RequestCode.PullMessage, PullFields(Messages, suspend: 20_000));
        _consumer.AssertAlive();
        _operator.Send((int)RequestCode.InvokeBrokerToResetOffset, ResetTo(timestamp: 0));

        // Both come on the same connection, in whatever order.
        RemotingCommand[] received = [ReceiveAny(_consumer), ReceiveAny(_consumer)];
        RemotingCommand pulled = received.Single(command => command.IsResponse);
        Assert.Equal((held, (int)ResponseCode.PullOffsetMoved), (pulled.Opaque, pulled.Code));
        Assert.Equal("0", pulled.Fields["nextBeginOffset"]);
    }

    [Theory]
    [InlineData("3", "-1", 3)]
    [InlineData("-1", "-1", 5)]
    public void Reset_SetsAnOfflineGroup_WithoutFurtherCommands(string offset, string timestamp, long expected)
    {
        _consumer.Dispose();
        Assert.True(SpinWait.SpinUntil(
            () => !_broker.Node.Groups.Find("workers")!.Read(state => state.IsOnline), TimeSpan.FromSeconds(20)));
        Dictionary<string, string> fields = ResetTo(long.Parse(timestamp, CultureInfo.InvariantCulture));
        fields["offset"] = offset;
        fields["queueId"] = "0";
        RemotingCommand answer = _operator.Call((int)RequestCode.InvokeBrokerToResetOffset, fields);
        Assert.True(ResetOffsetBody.TryRead(answer.Body.Span, out ResetOffsetBody? table, out _));
        Assert.Equal(expected, table.OffsetTable[s_first]);
        Assert.Equal(expected, _broker.Node.Groups.Find("workers")!.QueryOffset("Orders", 0));
    }

    /// <summary>What operators' tools do by hand when a group is offline.</summary>
    [Fact]
    public void Commit_SetsAnOfflineGroupBack()
    {
        _consumer.Call(
            (int)RequestCode.UnregisterClient, new() { ["clientID"] = "one", ["consumerGroup"] = "workers" });
        Assert.Equal((int)ResponseCode.Success, Commit(2).Code);
        Assert.Equal("2", Committed());
    }

    [Fact]
    public void Reset_IsRefused_WhenTheTopicIsUnknown()
    {
        Dictionary<string, string> fields = ResetTo(0);
        fields["topic"] = "Nothing";
        RemotingCommand answer = _operator.Call((int)RequestCode.InvokeBrokerToResetOffset, fields);
        Assert.Equal((int)ResponseCode.TopicNotExist, answer.Code);
        Assert.Contains("'Nothing'", answer.Remark, StringComparison.Ordinal);
    }

    [Fact]
    public void Clone_SendsAnotherGroupToTheSamePlace_AndCreatesIt()
    {
        RemotingCommand answer = _operator.Call((int)RequestCode.CloneGroupOffset, new()
        {
            ["srcGroup"] = "workers",
            ["destGroup"] = "copies",
            ["topic"] = "Orders",
            ["offline"] = "true",
        });
        Assert.Equal((int)ResponseCode.Success, answer.Code);
        Assert.Equal(5, _broker.Node.Groups.Find("copies")!.QueryOffset("Orders", 0));

        RemotingCommand unknown = _operator.Call(
            (int)RequestCode.CloneGroupOffset, new() { ["srcGroup"] = "nobody", ["destGroup"] = "copies" });
        Assert.Equal((int)ResponseCode.SubscriptionGroupNotExist, unknown.Code);
    }

    [Fact]
    public void TimeSpan_TellsFromWhenTheGroupsMessagesAre()
    {
        Dictionary<string, string> fields = ResetTo(0);
        fields["queueId"] = "0";
        fields["offset"] = "2";
        _operator.Call((int)RequestCode.InvokeBrokerToResetOffset, fields);
        RemotingCommand answer = _operator.Call(
            (int)RequestCode.QueryConsumeTimeSpan, new() { ["topic"] = "Orders", ["group"] = "workers" });
        Assert.True(ConsumeTimeSpans.TryRead(answer.Body.Span, out ConsumeTimeSpans? spans, out string? problem), problem);

        QueueTimeSpan span = spans.Queues.Single(queue => queue.MessageQueue == s_first);
        long first = _time.Milliseconds - (Messages * 1_000);
        Assert.Equal(
            (first, first + 1_000, first + 4_000), (span.MinTimeStamp, span.ConsumeTimeStamp, span.MaxTimeStamp));
        Assert.Equal(3_000, span.DelayTime);
        Assert.Equal(4, spans.Queues.Count);
    }

    [Fact]
    public void CorrectionOffset_IsThatOfTheSlowestGroup()
    {
        Commit(2, "slow");
        Commit(1, "slowest");
        CorrectionOffsets Ask(string compare, string? except)
        {
            var fields = new Dictionary<string, string> { ["topic"] = "Orders", ["compareGroup"] = compare };
            if (except is not null)
                fields["filterGroups"] = except;
            RemotingCommand answer = _operator.Call((int)RequestCode.QueryCorrectionOffset, fields);
            Assert.True(CorrectionOffsets.TryRead(answer.Body.Span, out CorrectionOffsets? offsets, out _));
            return offsets;
        }

        Assert.Equal(1, Ask("workers", null).Offsets[0]);
        Assert.Equal(2, Ask("workers", "slowest,other").Offsets[0]);
        Assert.Equal(long.MaxValue, Ask("slowest", "slowest").Offsets[0]);
        Assert.Equal(1, _broker.Node.Groups.Find("slowest")!.QueryOffset("Orders", 0));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(int.MaxValue)]
    [InlineData(-1)]
    public void Commit_IsRefused_ForAQueueThatTheTopicDoesNotHave(int queueId)
    {
        RemotingCommand answer = _operator.Call((int)RequestCode.UpdateConsumerOffset, new()
        {
            ["consumerGroup"] = "workers",
            ["topic"] = "Orders",
            ["queueId"] = queueId.ToString(CultureInfo.InvariantCulture),
            ["commitOffset"] = "1",
        });

        Assert.Equal((int)ResponseCode.SystemError, answer.Code);
        Assert.Contains("the queues 0 to 3", answer.Remark, StringComparison.Ordinal);
        Assert.Null(_broker.Node.Groups.Find("workers")!.QueryOffset("Orders", queueId));
    }

    [Fact]
    public void Commit_IsRefused_BehindTheQueuesEnd_AndChangesNothing()
    {
        Commit(3, "others");
        RemotingCommand answer = Commit(Messages + 1, "others");

        Assert.Equal((int)ResponseCode.SystemError, answer.Code);
        Assert.Contains($"ends at {Messages}", answer.Remark, StringComparison.Ordinal);
        Assert.Equal(3, _broker.Node.Groups.Find("others")!.QueryOffset("Orders", 0));
        Assert.Equal((int)ResponseCode.SystemError, Commit(1_000, "youngest").Code);
        Assert.Null(_broker.Node.Groups.Find("youngest")?.QueryOffset("Orders", 0));
        Assert.Equal((int)ResponseCode.Success, Commit(Messages, "others").Code);
    }

    [Fact]
    public void PulledCommit_BehindTheQueuesEnd_ChangesNothing()
    {
        Assert.Equal((int)ResponseCode.PullNotFound, Pull(Messages, commit: Messages + 1).Code);
        Assert.Equal($"{Messages}", Committed());
    }

    [Fact]
    public void LowestOffsets_LeaveOutQueues_ThatTheTopicHasNoMore()
    {
        _broker.Node.Groups.Find("workers")!.Commit("Orders", 70_000, 1);

        RemotingCommand answer = _operator.Call(
            (int)RequestCode.QueryCorrectionOffset, new() { ["topic"] = "Orders", ["compareGroup"] = "workers" });

        Assert.True(CorrectionOffsets.TryRead(answer.Body.Span, out CorrectionOffsets? offsets, out _));
        Assert.Equal([0], offsets.Offsets.Keys);
    }

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    private static RemotingCommand ReceiveAny(TestClient client)
    {
        var reader = new CommandReader();
        reader.Read(client.Peer.Receive().AsMemory(FrameReader.PrefixBytes));
        return RemotingCommand.From(reader);
    }

    private static Dictionary<string, string> ResetTo(long timestamp) => new()
    {
        ["topic"] = "Orders",
        ["group"] = "workers",
        ["timestamp"] = timestamp.ToString(CultureInfo.InvariantCulture),
        ["isForce"] = "true",
    };

    private static Dictionary<string, string> PullFields(long offset, long suspend = 0, long commit = 0) => new()
    {
        ["consumerGroup"] = "workers",
        ["topic"] = "Orders",
        ["queueId"] = "0",
        ["queueOffset"] = offset.ToString(CultureInfo.InvariantCulture),
        ["maxMsgNums"] = "32",
        ["sysFlag"] = (commit > 0 ? 7 : 6).ToString(CultureInfo.InvariantCulture),
        ["commitOffset"] = commit.ToString(CultureInfo.InvariantCulture),
        ["suspendTimeoutMillis"] = suspend.ToString(CultureInfo.InvariantCulture),
        ["subscription"] = "*",
        ["subVersion"] = "1",
    };

    private RemotingCommand Pull(long offset, long commit = 0) =>
        _consumer.Call((int)RequestCode.PullMessage, PullFields(offset, commit: commit));

    private RemotingCommand Commit(long offset, string group = "workers") =>
        _consumer.Call((int)RequestCode.UpdateConsumerOffset, new()
        {
            ["consumerGroup"] = group,
            ["topic"] = "Orders",
            ["queueId"] = "0",
            ["commitOffset"] = offset.ToString(CultureInfo.InvariantCulture),
        });

    private string Committed() => _consumer.Call((int)RequestCode.QueryConsumerOffset, new()
    {
        ["consumerGroup"] = "workers",
        ["topic"] = "Orders",
        ["queueId"] = "0",
    }).Fields["offset"];
}
