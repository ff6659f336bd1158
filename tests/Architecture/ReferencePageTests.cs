using OrleansMq.Broker;
using OrleansMq.Broker.ClientCalls;
using OrleansMq.Broker.DeadLetters;
using OrleansMq.Broker.Deduplication;
using OrleansMq.Broker.Filters;
using OrleansMq.Broker.KeyValues;
using OrleansMq.Broker.Popping;
using OrleansMq.Broker.Retention;
using OrleansMq.Broker.Sending;
using OrleansMq.Broker.Statistics;
using OrleansMq.Broker.Tracing;
using OrleansMq.Broker.Transactions;
using OrleansMq.Client;
using OrleansMq.Client.Consuming;
using OrleansMq.Client.Hosting.Configuration;
using OrleansMq.Client.Hosting.Health;
using OrleansMq.Client.Popping;
using OrleansMq.Client.Producing;
using OrleansMq.Client.Reading;
using OrleansMq.Gateway;
using OrleansMq.Storage;

namespace OrleansMq.Architecture.Tests;

public sealed class ReferencePageTests
{
    private static readonly Type[] OptionTypes =
    [
        typeof(StoreOptions), typeof(BrokerOptions), typeof(ClientCallOptions), typeof(TransactionOptions),
        typeof(DeadLetterOptions), typeof(TracingOptions),
        typeof(PopOptions), typeof(RetentionOptions), typeof(KeyValueOptions), typeof(StatisticsOptions),
        typeof(DeduplicationOptions), typeof(CompressionOptions), typeof(SqlFilterOptions), typeof(GatewayOptions),
    ];

    [Fact]
    public void OptionsPage_NamesEveryOptionWithItsDefault() => ReferencePages.AssertOptions(
        "docs/reference/options.md",
        """
        # Options

        Given in `omq.json`, as environment variables (`OrleansMq__Store__Retention`) or on the command line
        (`--OrleansMq:Store:Retention=24:00:00`). Times are `days.hours:minutes:seconds`. This page is made from the code.

        """,
        OptionTypes);

    [Fact]
    public void ClientOptionsPage_NamesEveryOptionWithItsMeaning() => ReferencePages.AssertClientOptions(
        "docs/reference/client-options.md",
        """
        # Options of the .NET client

        `OrleansMqOptions` is what a [host's configuration](../concepts/hosting.md) says; the others are immutable records,
        changed with `with`. This page is made from the code.

        """,
        typeof(OrleansMqOptions), typeof(OrleansMqHealthOptions), typeof(ClientOptions), typeof(ProducerOptions),
        typeof(ConsumerOptions), typeof(ReadOptions), typeof(SimpleConsumerOptions));

    [Fact]
    public void LogPage_NamesEveryEventOnce() => ReferencePages.AssertLogEvents(
        "docs/reference/log-events.md",
        "# Log events\n\nIds keep their meaning for good. This page is made from the code.\n\n| id | level | text |\n|---|---|---|\n",
        [.. OptionTypes.Append(typeof(OrleansMqOptions)).Select(type => type.Assembly)]);
}
