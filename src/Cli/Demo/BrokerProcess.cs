using System.Diagnostics;
using System.Net;

namespace OrleansMq.Cli.Demo;

/// <summary>A broker as a child process, on a store that outlives it. Its output goes to a log file.</summary>
internal sealed class BrokerProcess(FileInfo program, DirectoryInfo folder) : IAsyncDisposable
{
    /// <summary>Delays of the levels 1 to 3.</summary>
    public const string DelayLevels = "1s 2s 3s";

    private const string ReadyText = "listens on ";
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);

    private readonly StreamWriter _log = new(Path.Combine(folder.FullName, "broker.log")) { AutoFlush = true };
    private TaskCompletionSource<IPEndPoint> _ready = new();
    private Process? _process;

    /// <summary>Where it listens; changes with every start.</summary>
    public IPEndPoint EndPoint { get; private set; } = new(IPAddress.Loopback, 0);

    /// <summary>Whether it runs.</summary>
    public bool IsRunning => _process is { HasExited: false };

    /// <summary>Starts it and waits until it takes connections.</summary>
    /// <exception cref="BrokerFailedException">It ended, or did not get ready in time.</exception>
    public async Task StartAsync(CancellationToken cancellation)
    {
        _ready = new TaskCompletionSource<IPEndPoint>(TaskCreationOptions.RunContinuationsAsynchronously);
        var start = new ProcessStartInfo(program.FullName)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder.FullName,
        };
        string store = Path.Combine(folder.FullName, "store");
        string[] arguments = ["--data", store, "--port", "0", "--OrleansMq:Broker:DelayLevels", DelayLevels];
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);

        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        process.OutputDataReceived += (_, line) => Take(line.Data);
        process.ErrorDataReceived += (_, line) => Take(line.Data);
        process.Exited += (_, _) =>
            _ready.TrySetException(new BrokerFailedException("The broker ended before it was ready."));
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _process = process;
        try
        {
            EndPoint = await _ready.Task.WaitAsync(StartLimit, cancellation);
        }
        catch (TimeoutException)
        {
            throw new BrokerFailedException($"The broker was not ready within {StartLimit.TotalSeconds} s.");
        }
    }

    /// <summary>Ends it as kill -9 does: it gets no chance to write anything.</summary>
    public async Task KillAsync()
    {
        if (_process is null)
            return;
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        await _log.DisposeAsync();
    }

    private void Take(string? line)
    {
        if (line is null)
            return;
        lock (_log)
            _log.WriteLine(line);

        int at = line.IndexOf(ReadyText, StringComparison.Ordinal);
        string address = at < 0 ? "" : line[(at + ReadyText.Length)..].Split(',')[0];
        if (IPEndPoint.TryParse(address, out IPEndPoint? endPoint))
            _ready.TrySetResult(endPoint);
    }
}
