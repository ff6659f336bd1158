namespace OrleansMq.Streams.Tests.TestCluster;

/// <summary>One silo that the tests of a class share, each with topics of its own; memory holds few messages.</summary>
public sealed class OneSilo : IAsyncLifetime
{
    private StreamCluster? _cluster;

    internal StreamCluster Cluster => _cluster!;

    public async Task InitializeAsync() => _cluster = await StreamCluster.StartAsync(setup: new StreamSetup
    {
        Streams = streams => streams.CachedMessages = 16,
    });

    public async Task DisposeAsync() => await _cluster!.DisposeAsync();
}
