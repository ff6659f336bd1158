using Microsoft.Extensions.Logging.Abstractions;
using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.Metadata;
using OrleansMq.Broker.Tests.Nodes;
using OrleansMq.Storage.Files;

namespace OrleansMq.Broker.Tests.ConsumerGroups;

public sealed class GroupCatalogTests
{
    private readonly FailingFiles _files = new();
    private readonly GroupCatalog _groups;

    public GroupCatalogTests()
    {
        var options = new BrokerOptions();
        _groups = new GroupCatalog(
            new SubscriptionGroupRegistry(options), new MetadataFile(_files, SubscriptionGroupsFile.Name), options,
            new SilentChannels(), TimeProvider.System, NullLogger.Instance);
    }

    [Fact]
    public void FindOrCreate_GivesNoGroup_BeforeItIsOnDisk()
    {
        _files.Fails = true;
        Assert.Throws<StoreIOException>(() => _groups.FindOrCreate("consumers"));
        Assert.Null(_groups.Find("consumers"));

        _files.Fails = false;
        Assert.Null(_groups.FindOrCreate("consumers").Problem);
        Assert.Equal(1, _files.Written);
    }

    [Fact]
    public void Delete_TakesEffect_WhenItIsTriedAgainAfterAFailedWrite()
    {
        _groups.FindOrCreate("consumers");
        _files.Fails = true;
        Assert.Throws<StoreIOException>(() => _groups.Delete("consumers"));
        Assert.NotNull(_groups.Find("consumers"));

        _files.Fails = false;
        _groups.Delete("consumers");
        Assert.Null(_groups.Find("consumers"));
    }

    private sealed class FailingFiles : IMetadataFiles
    {
        public bool Fails { get; set; }

        public int Written { get; private set; }

        public byte[]? TryRead(string name) => null;

        public void Replace(string name, ReadOnlySpan<byte> content)
        {
            if (Fails)
                throw new StoreIOException("The disk of the test fails.");
            Written++;
        }
    }
}
