using System.Text.Json;
using OrleansMq.Broker.Assignments;
using OrleansMq.Broker.Clustering;
using OrleansMq.Broker.KeyValues;

namespace OrleansMq.Broker.Tests.Clustering;

/// <summary>Settings of the name service in the cluster's directory, and at the brokers that follow it.</summary>
public sealed class ClusterKeyValueTests
{
    private static readonly KeyValueOptions Options = new() { MaxEntries = 2 };

    private readonly ClusterView _view = new(null, _ => true);
    private ClusterDirectory _directory = new();

    [Fact]
    public void Change_IsShown_AndSoIsARemoval()
    {
        Set("one", "first");
        Follow();
        Assert.Equal("first", _view.KeyValues.Find("nsx", "one"));

        Set("one", null);
        Set("two", "second");
        Follow();
        Assert.Equal((null, "second"), (_view.KeyValues.Find("nsx", "one"), _view.KeyValues.Find("nsx", "two")));
    }

    [Fact]
    public void ChangesSince_LeaveTheSettingsOut_WhenNoneChanged()
    {
        Set("one", "first");
        long version = _directory.Version;
        _directory = _directory.Register(new BrokerRegistration("a", "h:1", "silo"), _ => true, out _);

        Assert.Null(_directory.ChangesSince(version).KeyValues);
        Assert.NotNull(_directory.ChangesSince(0).KeyValues);
        Follow();
        Set("one", "first");
        Assert.Equal(_directory.Version, _view.Version);
    }

    [Fact]
    public void View_KeepsTheSettings_WhenOtherThingsChange()
    {
        Set("one", "first");
        Follow();
        _directory = _directory.Register(new BrokerRegistration("a", "h:1", "silo"), _ => true, out _);
        Follow();

        Assert.Equal("first", _view.KeyValues.Find("nsx", "one"));
    }

    [Fact]
    public void View_ForgetsWhatIsGone_WhenItMustAskForEverything()
    {
        Set("one", "first");
        Follow();
        Set("one", null);

        Assert.True(_view.TryFollow(_directory.ChangesSince(0)));

        Assert.Empty(_view.KeyValues.Namespaces);
    }

    [Fact]
    public void SetKeyValue_ChangesNothing_WhenItIsRefused()
    {
        Set("one", "1");
        Set("two", "2");

        ClusterDirectory same = _directory.SetKeyValue("nsx", "three", "3", Options, out string? problem);

        Assert.Same(_directory, same);
        Assert.Contains("MaxEntries", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Directory_IsReadFromItsState_WithAndWithoutSettings()
    {
        Set("one", "first");
        ClusterDirectory? read = JsonSerializer.Deserialize<ClusterDirectory>(JsonSerializer.Serialize(_directory));
        Assert.Equal("first", read!.KeyValues.Find("nsx", "one"));

        ClusterDirectory? older = JsonSerializer.Deserialize<ClusterDirectory>("""{"Version":7}""");
        Assert.Equal(7, older!.Version);
        Assert.Empty(older.KeyValues.Namespaces);
    }

    [Fact]
    public void DeletedTopicsAndGroups_TakeTheirRequestModesAlong()
    {
        var options = new BrokerOptions();
        foreach (string key in (string[])["Orders@g", "Orders@h", "Other@g"])
            _directory = _directory.SetKeyValue(RequestModes.Namespace, key, "POP;1", new KeyValueOptions(), out _);
        Follow();

        _directory = _directory.Announce(new TopicEntry("Orders", null, [], 2), options, out _);
        Follow();
        Assert.Equal(["Other@g"], _view.KeyValues.List(RequestModes.Namespace).Keys);

        _directory = _directory.Announce(new GroupEntry("g", null, 2), options, out _);
        Follow();
        Assert.Empty(_view.KeyValues.Namespaces);
    }

    private void Set(string key, string? value)
    {
        _directory = _directory.SetKeyValue("nsx", key, value, Options, out string? problem);
        Assert.Null(problem);
    }

    private void Follow() => Assert.True(_view.TryFollow(_directory.ChangesSince(_view.Version)));
}
