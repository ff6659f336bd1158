using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using OrleansMq.Bench.Macro.Loads;
using OrleansMq.Bench.Macro.Measurement;

namespace OrleansMq.Bench.Macro.Brokers;

/// <summary>A broker that the benchmark starts itself, on a free port.</summary>
internal sealed partial class BrokerProcess : IDisposable
{
    private const int TerminateSignal = 15;
    private const int ConnectPauseMilliseconds = 2;

    private static readonly TimeSpan s_startPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_stopPatience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly IPEndPoint _endPoint;
    private readonly string _store;

    private BrokerProcess(Process process, IPEndPoint endPoint, string store)
    {
        _process = process;
        _endPoint = endPoint;
        _store = store;
    }

    /// <summary>What loads need to know of it.</summary>
    public Target Target => new(_endPoint, _process.Id, DiskCounter.Of(_store));

    /// <summary>Starts a broker and waits until it takes connections.</summary>
    /// <param name="executable">The path of omq-broker.</param>
    /// <param name="store">The directory of its store.</param>
    /// <param name="arguments">Further arguments.</param>
    public static BrokerProcess Start(string executable, string store, params string[] arguments)
    {
        Directory.CreateDirectory(store);
        var endPoint = new IPEndPoint(IPAddress.Loopback, FreePort());
        var start = new ProcessStartInfo(executable) { RedirectStandardOutput = true, RedirectStandardError = true };
        string port = endPoint.Port.ToString(CultureInfo.InvariantCulture);
        foreach (string argument in (string[])["--data", store, "--port", port, .. arguments])
            start.ArgumentList.Add(argument);
        Process process = Process.Start(start)!;
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, line) => Print(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var broker = new BrokerProcess(process, endPoint, store);
        try
        {
            broker.AwaitListener();
            return broker;
        }
        catch
        {
            broker.Dispose();
            throw;
        }
    }

    /// <summary>Asks the broker to stop and waits until it has.</summary>
    public void Stop()
    {
        Signal(_process.Id, TerminateSignal);
        if (!_process.WaitForExit(s_stopPatience))
            throw new TimeoutException($"The broker did not stop within {s_stopPatience.TotalSeconds:F0} s.");
    }

    /// <summary>Ends the broker at once, as a crash would.</summary>
    public void Kill()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        Kill();
        _process.Dispose();
    }

    private static int FreePort()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }

    private static void Print(string? line)
    {
        if (!string.IsNullOrEmpty(line))
            Console.Error.WriteLine($"broker: {line}");
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial void Signal(int process, int signal);

    private void AwaitListener()
    {
        long started = Stopwatch.GetTimestamp();
        while (true)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Connect(_endPoint);
                return;
            }
            catch (SocketException) when (!_process.HasExited && Stopwatch.GetElapsedTime(started) < s_startPatience)
            {
                Thread.Sleep(ConnectPauseMilliseconds);
            }
        }
    }
}
