using Microsoft.Extensions.Hosting;
using OrleansMq.BrokerProcesses;
using OrleansMq.Gateway.Hosting;
using OrleansMq.Grains.Hosting;

namespace OrleansMq.Cluster.Tests;

/// <summary>What an application is told that brings a silo of its own and sets it up wrong.</summary>
public sealed class HostingTests
{
    [Fact]
    public void AddOrleansMq_NamesEverySettingThatIsWrong()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        SettingsException refused = Assert.Throws<SettingsException>(() => builder.UseOrleans(silo => silo.AddOrleansMq(settings =>
        {
            settings.Broker.BrokerName = "two words";
            settings.Cluster.DrainGrace = TimeSpan.FromDays(-1);
            settings.Gateway.Port = 70_000;
        })));
        Assert.Contains("OrleansMq:Broker:BrokerName", refused.Message, StringComparison.Ordinal);
        Assert.Contains("OrleansMq:Cluster:DrainGrace", refused.Message, StringComparison.Ordinal);
        Assert.Contains("OrleansMq:Gateway:Port", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Silo_DoesNotStart_WithoutStorageForItsDecisions()
    {
        using var directory = new TemporaryDirectory();
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.UseOrleans(silo => silo.UseLocalhostClustering().AddOrleansMq(settings =>
        {
            settings.Store.Directory = directory.Path;
            settings.Gateway.Port = 0;
        }));
        using IHost host = builder.Build();
        var refused = await Assert.ThrowsAsync<OrleansConfigurationException>(() => host.StartAsync());
        Assert.Contains("a grain storage named 'OrleansMq'", refused.Message, StringComparison.Ordinal);
    }
}
