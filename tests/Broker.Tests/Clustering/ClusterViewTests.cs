using OrleansMq.Broker.Clustering;
using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.Tests.Nodes;
using OrleansMq.Broker.Topics;

namespace OrleansMq.Broker.Tests.Clustering;

public sealed class ClusterViewTests : IDisposable
{
    private readonly TestBroker _broker = new();
    private readonly HashSet<string> _alive = ["silo-a", "silo-b"];
    private readonly ClusterView _view;
    private ClusterDirectory _directory = new();

    public ClusterViewTests()
    {
        _view = new ClusterView(_broker.Node, _alive.Contains);
        _directory = _directory
            .Register(new BrokerRegistration("broker-a", "10.0.0.1:1", "silo-a"), _ => true, out _)
            .Register(new BrokerRegistration("broker-b", "10.0.0.2:1", "silo-b"), _ => true, out _);
        Announce("Orders", 1, "broker-a", "broker-b");
        Announce("Elsewhere", 1, "broker-b");
        Follow();
    }

    [Fact]
    public void Topics_AreServedHere_IfThisBrokerHasQueuesOfThem()
    {
        Assert.NotNull(_broker.Node.Topics.Find("Orders"));
        Assert.Null(_broker.Node.Topics.Find("Elsewhere"));
        Assert.Equal(["broker-a", "broker-b"], _view.Find("Orders")!.Brokers.Select(broker => broker.Name));
        Assert.Equal(["broker-b"], _view.Find("Elsewhere")!.Brokers.Select(broker => broker.Name));
        Assert.Null(_view.Find("Unknown"));
        Assert.Contains("TBW102", _view.Topics);
        Assert.Equal(2, _view.Find("TBW102")!.Brokers.Count);
    }

    [Fact]
    public void Routes_LeaveOutBrokersWhoseSiloIsDead()
    {
        _alive.Remove("silo-b");
        Assert.Equal(["broker-a"], _view.Find("Orders")!.Brokers.Select(broker => broker.Name));
        Assert.Empty(_view.Find("Elsewhere")!.Brokers);
        Assert.False(_view.IsAlive("broker-b"));
        Assert.Equal("silo-b", _view.FindBroker("broker-b")!.Silo);
    }

    [Fact]
    public void Follow_SaysThatChangesAreMissing_AndPassesOverKnownOnes()
    {
        DirectoryChanges known = _directory.ChangesSince(0);
        Announce("Orders", 2, "broker-a");
        Announce("Young", 1, "broker-a");
        Assert.False(_view.TryFollow(_directory.ChangesSince(_directory.Version - 1)));
        Assert.Null(_broker.Node.Topics.Find("Young"));
        Follow();
        Assert.NotNull(_broker.Node.Topics.Find("Young"));
        Assert.True(_view.TryFollow(known));
        Assert.Equal((_directory.Version, 1), (_view.Version, _view.Find("Orders")!.Brokers.Count));
    }

    [Fact]
    public void DeletedTopic_GoesWithItsQueuesAndWhatGroupsRememberOfIt()
    {
        _directory = _directory.Announce(new GroupEntry("workers", new SubscriptionGroupConfig { Name = "workers" }, 1), new BrokerOptions(), out _);
        Follow();
        _broker.Send("Orders", "gone");
        GroupHandle group = _broker.Node.Groups.Find("workers")!;
        group.Commit("Orders", 0, 1);
        _directory = _directory.Announce(new TopicEntry("Orders", null, [], 2), new BrokerOptions(), out _);
        Follow();

        Assert.Null(_broker.Node.Topics.Find("Orders"));
        Assert.Null(_view.Find("Orders"));
        Assert.Null(group.QueryOffset("Orders", 0));
        Assert.Equal(["Orders"], group.ReadOffsets(offsets => offsets.TakeChanges()).RemovedTopics);
    }

    [Fact]
    public void Groups_FollowTheirSettings_AndGoWhenTheyAreDeleted()
    {
        var options = new BrokerOptions();
        _directory = _directory.Announce(new GroupEntry("workers", new SubscriptionGroupConfig { Name = "workers", RetryMaxTimes = 3 }, 1), options, out _);
        Follow();
        Assert.Equal(3, _broker.Node.Groups.Find("workers")!.Config.RetryMaxTimes);
        _broker.Reopen();
        Assert.Equal(3, _broker.Node.Groups.Find("workers")!.Config.RetryMaxTimes);

        var view = new ClusterView(_broker.Node, _alive.Contains);
        _directory = _directory.Announce(new GroupEntry("workers", null, 2), options, out _);
        Assert.True(view.TryFollow(_directory.ChangesSince(0)));
        Assert.Null(_broker.Node.Groups.Find("workers"));
    }

    [Fact]
    public void View_KeepsRoutes_WhereNoBrokerIsOpen()
    {
        var view = new ClusterView(null, _alive.Contains);
        Assert.True(view.TryFollow(_directory.ChangesSince(0)));
        Assert.Equal(2, view.Find("Orders")!.Brokers.Count);
        Assert.Null(view.Find("TBW102"));
    }

    public void Dispose() => _broker.Dispose();

    private void Announce(string topic, long version, params string[] brokers) => _directory = _directory.Announce(
        new TopicEntry(topic, new TopicConfig { Name = topic }, brokers, version), new BrokerOptions(), out _);

    private void Follow() => Assert.True(_view.TryFollow(_directory.ChangesSince(_view.Version)));
}
