namespace OrleansMq.Standalone.Hosting;

/// <summary>The command line.</summary>
internal static class Usage
{
    public const string Text = """
        omq-broker: one OrleansMq broker in one process.

          --data DIR         where messages and metadata lie     (default: a directory of the user's)
          --listen ADDRESS   the address to listen on            (default: 127.0.0.1)
          --port PORT        the port, 0 for any free one        (default: 9876)
          --advertise HOST:PORT  where clients reach the broker  (default: where it listens)
          --name NAME        the broker's name                   (default: broker-a)
          --flush async|sync when a send is acknowledged         (default: async)

        Every option of the documentation can be given as --OrleansMq:Store:Retention=24:00:00, as an environment
        variable (OrleansMq__Store__Retention) or in omq.json. Ctrl-C stops the broker cleanly.
        """;

    public static Dictionary<string, string> Switches { get; } = new()
    {
        ["--data"] = "OrleansMq:Store:Directory",
        ["--listen"] = "OrleansMq:Gateway:ListenAddress",
        ["--port"] = "OrleansMq:Gateway:Port",
        ["--advertise"] = "OrleansMq:Broker:AdvertisedAddress",
        ["--name"] = "OrleansMq:Broker:BrokerName",
        ["--flush"] = "OrleansMq:Store:FlushMode",
    };

    /// <summary>What is wrong with the arguments; null when nothing is.</summary>
    public static string? FindProblem(string[] args)
    {
        for (int index = 0; index < args.Length; index++)
        {
            string name = args[index].Split('=')[0];
            if (!Switches.ContainsKey(name) && !IsSetting(name))
                return $"Unknown argument '{args[index]}'.";
            if (!args[index].Contains('=', StringComparison.Ordinal) && ++index >= args.Length)
                return $"The argument '{name}' needs a value.";
        }

        return null;
    }

    private static bool IsSetting(string name) =>
        name.StartsWith("--OrleansMq:", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("--Logging:", StringComparison.OrdinalIgnoreCase);
}
