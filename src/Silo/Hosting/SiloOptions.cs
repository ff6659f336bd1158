using System.Net;
using OrleansMq.Databases;
using OrleansMq.Gateway.Hosting;

namespace OrleansMq.Silo.Hosting;

/// <summary>What the host must know of the cluster.</summary>
public sealed class SiloOptions
{
    /// <summary>Where the options stand in the configuration.</summary>
    public const string Section = "OrleansMq:Silo";

    /// <summary>
    /// The connection string of the PostgreSQL database that all silos share. Empty: the silo is alone, and keeps its
    /// decisions in a SQLite file beside its store. Default: empty.
    /// </summary>
    public string Database { get; set; } = "";

    /// <summary>Which silos of the database belong together; also Orleans' service id. Default: orleansmq.</summary>
    public string ClusterId { get; set; } = "orleansmq";

    /// <summary>The IP address at which the other silos reach this one. Default: 127.0.0.1.</summary>
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>The port for the other silos. Default: 11111.</summary>
    public int SiloPort { get; set; } = 11_111;

    /// <summary>The port for Orleans clients of the cluster. Default: 30000.</summary>
    public int GatewayPort { get; set; } = 30_000;

    /// <summary>
    /// How often the silos ask each other whether they are alive; after three unanswered questions a silo counts as
    /// dead. Default: 1 s.
    /// </summary>
    public TimeSpan ProbeInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Whether other silos can join.</summary>
    public bool IsAlone => Database.Length == 0;

    /// <summary>Checks the options; the problems name the setting, its value and what is allowed.</summary>
    public IEnumerable<string> Validate()
    {
        if (string.IsNullOrWhiteSpace(ClusterId) || ClusterId.Length > 150)
            yield return $"{Section}:{nameof(ClusterId)} is '{ClusterId}'; give a name of 1 to 150 characters.";
        if (!IPAddress.TryParse(Address, out _))
            yield return $"{Section}:{nameof(Address)} is '{Address}'; give an IP address.";
        foreach ((string name, int port) in new[] { (nameof(SiloPort), SiloPort), (nameof(GatewayPort), GatewayPort) })
        {
            if (port is < 1 or > 65_535)
                yield return $"{Section}:{name} is {port}; allowed is 1 to 65,535.";
        }

        if (SiloPort == GatewayPort)
        {
            yield return
                $"{Section}:{nameof(SiloPort)} and {nameof(GatewayPort)} are both {SiloPort}; they must differ.";
        }

        if (ProbeInterval < TimeSpan.FromMilliseconds(100) || ProbeInterval > TimeSpan.FromMinutes(1))
            yield return $"{Section}:{nameof(ProbeInterval)} is {ProbeInterval}; allowed is 100 ms to 1 min.";
        if (FindDatabaseProblem() is { } problem)
            yield return $"{Section}:{nameof(Database)}: {problem}";
    }

    /// <summary>The database, in the directory of the store if it is a file.</summary>
    public Database OpenDatabase(string storeDirectory) => IsAlone
        ? new Database(DatabaseKind.Sqlite, $"Data Source={Path.Combine(storeDirectory, "config", "cluster.db")}")
        : new Database(DatabaseKind.PostgreSql, Database);

    /// <summary>Throws if an option is wrong.</summary>
    /// <exception cref="SettingsException">The message names all of them.</exception>
    public void Check()
    {
        string[] problems = [.. Validate()];
        if (problems.Length > 0)
            throw new SettingsException(problems);
    }

    private string? FindDatabaseProblem()
    {
        try
        {
            OpenDatabase(".");
            return null;
        }
        catch (ArgumentException cause)
        {
            return cause.Message;
        }
    }
}
