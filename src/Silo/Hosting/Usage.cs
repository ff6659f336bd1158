using OrleansMq.Gateway.Hosting;

namespace OrleansMq.Silo.Hosting;

/// <summary>The command line.</summary>
internal static class Usage
{
    public const string Text = $"""
        omq-silo: an OrleansMq broker in an Orleans silo, alone or in a cluster.
        omq-silo database apply --database CONNECTION: makes the tables that a cluster needs, or brings them up to date.

        {CommandLine.BrokerHelp}
          --database CONNECTION  the PostgreSQL database of the cluster; without it the silo is alone
          --cluster NAME     which silos of the database belong together (default: orleansmq)
          --silo-address IP  where the other silos reach this one (default: 127.0.0.1)
          --silo-port PORT   the port for the other silos        (default: 11111)
          --gateway-port PORT  the port for Orleans clients      (default: 30000)

        Every option of the documentation can be given as --OrleansMq:Store:Retention=24:00:00, as an environment
        variable (OrleansMq__Store__Retention) or in omq.json. Ctrl-C stops the silo cleanly.
        """;

    public static CommandLine CommandLine { get; } = new(new Dictionary<string, string>
    {
        ["--database"] = $"{SiloOptions.Section}:Database",
        ["--cluster"] = $"{SiloOptions.Section}:ClusterId",
        ["--silo-address"] = $"{SiloOptions.Section}:Address",
        ["--silo-port"] = $"{SiloOptions.Section}:SiloPort",
        ["--gateway-port"] = $"{SiloOptions.Section}:GatewayPort",
    });
}
