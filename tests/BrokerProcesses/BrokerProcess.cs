using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;

namespace OrleansMq.BrokerProcesses;

/// <summary>The real broker in a process of its own, with its output.</summary>
public sealed partial class BrokerProcess : IAsyncDisposable
{
    private const int MaxLogCharacters = 256 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly StringBuilder _log = new();
    private readonly TaskCompletionSource<IPEndPoint?> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private BrokerProcess(Process process) => _process = process;

    /// <summary>Where it listens, name server and broker in one; known once it is ready.</summary>
    public IPEndPoint EndPoint { get; private set; } = new(IPAddress.None, 0);

    /// <summary>What it wrote so far.</summary>
    public string Log
    {
        get
        {
            lock (_log)
                return _log.ToString();
        }
    }

    /// <summary>Starts a broker and waits until it listens.</summary>
    /// <param name="directory">Its store.</param>
    /// <param name="port">Its port; 0 for any that is free.</param>
    /// <param name="arguments">More of its command line.</param>
    /// <exception cref="InvalidOperationException">It ended instead; the message holds its log.</exception>
    public static async Task<BrokerProcess> StartAsync(string directory, int port, params string[] arguments)
    {
        BrokerProcess broker = Launch(directory, port == 0 ? FreePorts.Find() : port, arguments);
        IPEndPoint? endPoint = await broker._ready.Task.WaitAsync(Patience);
        if (endPoint is null)
        {
            string log = broker.Log;
            await broker.DisposeAsync();
            throw new InvalidOperationException($"The broker ended before it listened:\n{log}");
        }

        broker.EndPoint = endPoint;
        return broker;
    }

    /// <summary>Starts a broker that is expected to refuse; gives its exit code and its log.</summary>
    public static async Task<(int ExitCode, string Log)> RunToEndAsync(string directory, params string[] arguments)
    {
        await using BrokerProcess broker = Launch(directory, 0, arguments);
        if (await broker._ready.Task.WaitAsync(Patience) is not null)
            throw new InvalidOperationException($"The broker started although it should have refused:\n{broker.Log}");

        return (await broker.WaitForExitAsync(), broker.Log);
    }

    /// <summary>Runs the program for something else than a broker; gives its exit code and what it wrote.</summary>
    public static async Task<(int ExitCode, string Log)> RunCommandAsync(params string[] arguments)
    {
        await using BrokerProcess program = Launch(arguments);
        return (await program.WaitForExitAsync(), program.Log);
    }

    /// <summary>Starts a broker and kills it some time later, whether it is ready then or not.</summary>
    public static async Task StartAndKillAsync(string directory, TimeSpan after, params string[] arguments)
    {
        await using BrokerProcess broker = Launch(directory, FreePorts.Find(), arguments);
        await Task.WhenAny(broker._process.WaitForExitAsync(), Task.Delay(after));
        if (broker._process.HasExited)
            throw new InvalidOperationException($"The broker ended by itself:\n{broker.Log}");
    }

    /// <summary>Ends the process at once, as <c>kill -9</c> does, and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await WaitForExitAsync();
    }

    /// <summary>Asks the process to stop and waits for its exit code.</summary>
    public async Task<int> StopAsync()
    {
        Signals.AskToEnd(_process.Id);
        return await WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await KillAsync();
        _process.Dispose();
    }

    private static BrokerProcess Launch(string directory, int port, string[] arguments) =>
        Launch(["--data", directory, "--port", port.ToString(CultureInfo.InvariantCulture), .. arguments]);

    private static BrokerProcess Launch(string[] arguments)
    {
        var start = new ProcessStartInfo(FindProgram())
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);

        var broker = new BrokerProcess(new Process { StartInfo = start, EnableRaisingEvents = true });
        broker._process.OutputDataReceived += (_, line) => broker.Take(line.Data);
        broker._process.ErrorDataReceived += (_, line) => broker.Take(line.Data);
        broker._process.Exited += (_, _) => broker.TakeExit();
        broker._process.Start();
        broker._process.BeginOutputReadLine();
        broker._process.BeginErrorReadLine();
        return broker;
    }

    private static string FindProgram()
    {
        string program = typeof(BrokerProcess).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(data => data.Key == "BrokerProgram").Value!;
        return File.Exists(program)
            ? program
            : throw new FileNotFoundException($"The broker is not built: {program} is missing. Build the solution.");
    }

    /// <summary>Waits for the end of the process and of its output.</summary>
    private async Task<int> WaitForExitAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(patience.Token);
        return _process.ExitCode;
    }

    private void Take(string? line)
    {
        if (line is null)
            return;

        lock (_log)
        {
            if (_log.Length < MaxLogCharacters)
                _log.AppendLine(line);
        }

        Match match = ReadyLine().Match(line);
        if (match.Success)
            _ready.TrySetResult(IPEndPoint.Parse(match.Groups[1].Value));
    }

    private async void TakeExit()
    {
        await _process.WaitForExitAsync();
        _ready.TrySetResult(null);
    }

    [GeneratedRegex(@"^OrleansMq broker '.*' listens on ([^,]+),")]
    private static partial Regex ReadyLine();
}
