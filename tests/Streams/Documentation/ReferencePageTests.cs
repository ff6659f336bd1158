using OrleansMq.Architecture.Tests;

namespace OrleansMq.Streams.Tests.Documentation;

public sealed class ReferencePageTests
{
    [Fact]
    public void OptionsPage_NamesEveryOptionOfAStreamProviderWithItsDefault() => ReferencePages.AssertOptions(
        "docs/reference/stream-options.md",
        """
        # Options of a stream provider

        What `AddOrleansMqStreams` sets, the same on all silos and clients of a [provider](../concepts/orleans-streams.md). Besides
        them `Topics` maps namespaces to topics of another name, and names those to be read though only others publish to them. This
        page is made from the code.

        """,
        typeof(OrleansMqStreamOptions));

    [Fact]
    public void LogPage_NamesEveryEventOfStreamsOnce() => ReferencePages.AssertLogEvents(
        "docs/reference/stream-log-events.md",
        "# Log events of stream providers\n\nThe others stand [here](log-events.md) and [here](cluster-log-events.md). This page is "
            + "made from the code.\n\n| id | level | text |\n|---|---|---|\n",
        typeof(OrleansMqStreamOptions).Assembly);
}
