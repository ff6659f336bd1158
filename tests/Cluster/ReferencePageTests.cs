using OrleansMq.Architecture.Tests;
using OrleansMq.Broker.Clustering;
using OrleansMq.Grains.Queues;
using OrleansMq.Silo.Hosting;

namespace OrleansMq.Cluster.Tests;

public sealed class ReferencePageTests
{
    [Fact]
    public void OptionsPage_NamesEveryOptionOfTheClusterWithItsDefault() => ReferencePages.AssertOptions(
        "docs/reference/cluster-options.md",
        """
        # Options of the cluster

        What `omq-silo` knows besides the [options](options.md) of every broker; given in the same ways. This page is made
        from the code.

        """,
        typeof(SiloOptions), typeof(ClusteringOptions), typeof(TunnelOptions));

    [Fact]
    public void LogPage_NamesEveryEventOfTheClusterOnce() => ReferencePages.AssertLogEvents(
        "docs/reference/cluster-log-events.md",
        "# Log events of the cluster\n\nThe others stand [here](log-events.md). This page is made from the code.\n\n"
            + "| id | level | text |\n|---|---|---|\n",
        typeof(IMessageQueueGrain).Assembly);
}
