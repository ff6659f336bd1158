using System.CommandLine;
using System.Net.Sockets;
using OrleansMq.Client;
using OrleansMq.Client.Transports;

namespace OrleansMq.Cli.Connections;

/// <summary>How commands reach a cluster that runs, and what they say when they do not.</summary>
internal static class ClusterConnection
{
    private const string DefaultAddress = "127.0.0.1:9876";
    private const int ExitOk = 0;
    private const int ExitFailed = 1;

    /// <summary>What shells expect of a command that was interrupted.</summary>
    private const int ExitCancelled = 130;

    /// <summary>How long an answer may take.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>The option that names the cluster.</summary>
    public static Option<string> Option() => new("--broker")
    {
        Description = "Address of a broker, HOST:PORT; any one of a cluster, or several with commas between.",
        DefaultValueFactory = _ => DefaultAddress,
    };

    /// <summary>
    /// Lets a command use a client of the cluster, and gives an exit code; what fails is told to people.
    /// </summary>
    /// <param name="address">The address of a broker.</param>
    /// <param name="use">What to do; whether all went well.</param>
    /// <param name="cancellation">Ends it.</param>
    public static async Task<int> UseAsync(
        string address, Func<OrleansMqClient, Task<bool>> use, CancellationToken cancellation)
    {
        try
        {
            var options = new ClientOptions { Transport = new SocketTransport(address), RequestTimeout = Patience };
            await using var client = new OrleansMqClient(options);
            return await use(client) ? ExitOk : ExitFailed;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return ExitCancelled;
        }
        catch (Exception cause) when (cause is RemotingException or IOException or SocketException or TimeoutException
            or FormatException or InvalidDataException or ArgumentException)
        {
            await Console.Error.WriteLineAsync(cause is SocketException or ConnectionLostException
                ? $"{cause.Message} Give the address of a broker with --broker."
                : cause.Message);
            return ExitFailed;
        }
    }
}
