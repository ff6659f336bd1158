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
    public void LogPage_NamesEveryEventOnce() => ReferencePages.AssertLogEvents(
        "docs/reference/log-events.md",
        "# Log events\n\nIds keep their meaning for good. This page is made from the code.\n\n| id | level | text |\n|---|---|---|\n",
        [.. OptionTypes.Select(type => type.Assembly)]);
}
