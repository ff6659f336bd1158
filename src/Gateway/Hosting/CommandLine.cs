namespace OrleansMq.Gateway.Hosting;

/// <summary>The command line of a host: short names for settings, and every setting by its full name.</summary>
/// <param name="switches">The settings by the short names that the host adds.</param>
public sealed class CommandLine(params IEnumerable<KeyValuePair<string, string>> switches)
{
    /// <summary>What every host's help says of the broker's own switches.</summary>
    public const string BrokerHelp = """
          --data DIR         where messages and metadata lie     (default: a directory of the user's)
          --listen ADDRESS   the address to listen on            (default: 127.0.0.1)
          --port PORT        the port, 0 for any free one        (default: 9876)
          --advertise HOST:PORT  where clients reach the broker  (default: where it listens)
          --name NAME        the broker's name                   (default: broker-a)
          --flush async|sync when a send is acknowledged         (default: async)
        """;

    /// <summary>The settings by short name.</summary>
    public Dictionary<string, string> Switches { get; } = new(switches)
    {
        ["--data"] = "OrleansMq:Store:Directory",
        ["--listen"] = "OrleansMq:Gateway:ListenAddress",
        ["--port"] = "OrleansMq:Gateway:Port",
        ["--advertise"] = "OrleansMq:Broker:AdvertisedAddress",
        ["--name"] = "OrleansMq:Broker:BrokerName",
        ["--flush"] = "OrleansMq:Store:FlushMode",
    };

    /// <summary>What is wrong with the arguments; null when nothing is.</summary>
    public string? FindProblem(IReadOnlyList<string> args)
    {
        for (int index = 0; index < args.Count; index++)
        {
            string name = args[index].Split('=')[0];
            if (!Switches.ContainsKey(name) && !IsSetting(name))
                return $"Unknown argument '{args[index]}'.";
            if (!args[index].Contains('=', StringComparison.Ordinal) && ++index >= args.Count)
                return $"The argument '{name}' needs a value.";
        }

        return null;
    }

    private static bool IsSetting(string name) =>
        name.StartsWith("--OrleansMq:", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("--Logging:", StringComparison.OrdinalIgnoreCase);
}
