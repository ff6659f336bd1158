using OrleansMq.Broker.ConsumerGroups;

namespace OrleansMq.Broker.Tests.Nodes;

public sealed class OffsetTests : IDisposable
{
    private readonly TestBroker _broker = new();

    public OffsetTests()
    {
        for (int index = 0; index < 5; index++)
            _broker.Send("Orders", $"message {index}");
    }

    [Fact]
    public void Offset_IsThereAgain_AfterReopening()
    {
        Group("consumers").Commit("Orders", 0, 3);
        _broker.Reopen();

        Assert.Equal(3, Group("consumers").QueryOffset("Orders", 0));
    }

    [Fact]
    public void Offset_IsSetBackToTheEnd_WhenItLiesBehindIt()
    {
        Group("consumers").Commit("Orders", 0, 5_000);
        _broker.Reopen();

        Assert.Equal(5, Group("consumers").QueryOffset("Orders", 0));
    }

    [Fact]
    public void Offsets_AreOnDisk_AfterAStepOfTheirWorker()
    {
        Group("consumers").Commit("Orders", 0, 3);
        _broker.Step("omq-offsets");

        Assert.Contains("\"Orders@consumers\"", File.ReadAllText(_broker.OffsetsPath), StringComparison.Ordinal);
    }

    [Fact]
    public void Offsets_AreWritten_WhenAGroupIsDeletedAndAnotherCommitsAsOften()
    {
        Group("old").Commit("Orders", 0, 1);
        _broker.Step("omq-offsets");
        _broker.Node.Groups.Delete("old");
        Group("young").Commit("Orders", 0, 2);
        _broker.Step("omq-offsets");

        string content = File.ReadAllText(_broker.OffsetsPath);
        Assert.Contains("\"Orders@young\"", content, StringComparison.Ordinal);
        Assert.DoesNotContain("\"Orders@old\"", content, StringComparison.Ordinal);
    }

    [Fact]
    public void Offsets_AreForgotten_WhenTheirTopicIsDeleted()
    {
        Group("consumers").Commit("Orders", 0, 3);
        _broker.Node.DeleteTopic("Orders");

        Assert.Null(Group("consumers").QueryOffset("Orders", 0));
        Assert.Null(_broker.Node.Topics.Find("Orders"));
    }

    [Fact]
    public void Offset_GoesBackOnly_WhenNoMemberIsOnline()
    {
        GroupHandle group = Group("consumers");
        group.Heartbeat(new GroupMember { ClientId = "c1", Channel = new ClientChannel("broker-a", 1) });
        Assert.Equal(CommitStatus.Committed, group.Commit("Orders", 0, 4));
        Assert.Equal(CommitStatus.IgnoredLower, group.Commit("Orders", 0, 3));
        group.Unregister("c1");
        Assert.Equal(CommitStatus.Committed, group.Commit("Orders", 0, 3));
        Assert.Equal(3, group.QueryOffset("Orders", 0));
    }

    public void Dispose() => _broker.Dispose();

    private GroupHandle Group(string name)
    {
        _broker.Node.Groups.FindOrCreate(name);
        return _broker.Node.Groups.Find(name)!;
    }
}
