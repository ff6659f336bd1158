using System.Diagnostics;
using System.Globalization;
using OrleansMq.BrokerProcesses;

namespace OrleansMq.Postgres;

/// <summary>
/// A real PostgreSQL on a temporary directory and a port of its own. It can be stopped and started again, as a database
/// that goes away and comes back.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private const string User = "omq";
    private const string SystemUser = "postgres";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TemporaryDirectory _directory = new();
    private readonly string _binaries = FindBinaries();
    private Process? _process;
    private int _databases;

    private PostgresServer() => Port = FreePorts.Find();

    /// <summary>Where it listens on 127.0.0.1.</summary>
    public int Port { get; }

    private string Data => Path.Combine(_directory.Path, "data");

    private static bool MustChangeUser => Environment.UserName == "root";

    public static async Task<PostgresServer> LaunchAsync()
    {
        var server = new PostgresServer();
        if (MustChangeUser)
            await RunAsync("chown", $"{SystemUser}:", server._directory.Path);
        await server.RunAsUserAsync("initdb", "-D", server.Data, "-U", User, "-A", "trust", "--no-sync", "-E", "UTF8");
        await server.StartAsync();
        return server;
    }

    public string ConnectionString(string database) =>
        $"Host=127.0.0.1;Port={Port};Database={database};Username={User};Timeout=5;Command Timeout=10";

    /// <summary>Makes an empty database and gives its connection string.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        string name = $"test{Interlocked.Increment(ref _databases)}";
        await RunAsUserAsync("createdb", "-h", "127.0.0.1", "-p", $"{Port}", "-U", User, name);
        return ConnectionString(name);
    }

    public async Task StartAsync()
    {
        string port = Port.ToString(CultureInfo.InvariantCulture);
        _process = Start(AsUser("postgres",
            "-D", Data, "-p", port, "-k", _directory.Path, "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off",
            "-c", "max_connections=300"));
        long began = Environment.TickCount64;
        while (!await IsReadyAsync())
        {
            if (_process.HasExited || Environment.TickCount64 - began > Patience.TotalMilliseconds)
                throw new InvalidOperationException($"PostgreSQL did not start on port {port}.");
            await Task.Delay(50);
        }
    }

    /// <summary>Ends it at once: every connection breaks, and none can be made.</summary>
    public async Task StopAsync()
    {
        if (_process is null)
            return;

        Signals.EndAtOnce(_process.Id);
        await _process.WaitForExitAsync().WaitAsync(Patience);
        _process.Dispose();
        _process = null;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _directory.Dispose();
    }

    private async Task<bool> IsReadyAsync()
    {
        using Process probe = Start(new ProcessStartInfo(
            Path.Combine(_binaries, "pg_isready"), ["-q", "-h", "127.0.0.1", "-p", $"{Port}"]));
        await probe.WaitForExitAsync().WaitAsync(Patience);
        return probe.ExitCode == 0;
    }

    private Task RunAsUserAsync(string program, params string[] arguments) => RunAsync(AsUser(program, arguments));

    /// <summary>PostgreSQL refuses to run as root.</summary>
    private ProcessStartInfo AsUser(string program, params string[] arguments)
    {
        string path = Path.Combine(_binaries, program);
        return MustChangeUser
            ? new ProcessStartInfo(
                "setpriv", [$"--reuid={SystemUser}", $"--regid={SystemUser}", "--clear-groups", path, .. arguments])
            : new ProcessStartInfo(path, arguments);
    }

    private static Task RunAsync(string program, params string[] arguments) =>
        RunAsync(new ProcessStartInfo(program, arguments));

    private static async Task RunAsync(ProcessStartInfo start)
    {
        using Process process = Start(start);
        Task<string> errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(Patience);
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{start.FileName} {string.Join(' ', start.ArgumentList)}: {await errors}");
    }

    private static Process Start(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.WorkingDirectory = "/";
        Process process = Process.Start(start)!;
        process.BeginOutputReadLine();
        return process;
    }

    private static string FindBinaries()
    {
        string root = "/usr/lib/postgresql";
        IEnumerable<string> candidates = Directory.Exists(root)
            ? Directory.GetDirectories(root).OrderDescending().Select(version => Path.Combine(version, "bin"))
            : [];
        return candidates.Concat(Environment.GetEnvironmentVariable("PATH")!.Split(':'))
            .FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")))
            ?? throw new InvalidOperationException(
                "The tests need a PostgreSQL server: install the Debian package 'postgresql'.");
    }
}
