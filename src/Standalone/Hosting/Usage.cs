using OrleansMq.Gateway.Hosting;

namespace OrleansMq.Standalone.Hosting;

/// <summary>What the help says.</summary>
internal static class Usage
{
    public const string Text = $"""
        omq-broker: one OrleansMq broker in one process.

        {CommandLine.BrokerHelp}

        Every option of the documentation can be given as --OrleansMq:Store:Retention=24:00:00, as an environment
        variable (OrleansMq__Store__Retention) or in omq.json. Ctrl-C stops the broker cleanly.
        """;
}
