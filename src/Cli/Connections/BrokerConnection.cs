using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using OrleansMq.Client;

namespace OrleansMq.Cli.Connections;

/// <summary>How commands reach a broker that runs, and what they say when they do not.</summary>
internal static class BrokerConnection
{
    /// <summary>How long an answer may take.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private const string DefaultAddress = "127.0.0.1:9876";
    private const int DefaultPort = 9876;
    private const int ExitOk = 0;
    private const int ExitFailed = 1;

    /// <summary>The option that names the broker.</summary>
    public static Option<string> Option() => new("--broker")
    {
        Description = "Address of a broker, HOST:PORT; any one of a cluster.",
        DefaultValueFactory = _ => DefaultAddress,
    };

    /// <summary>Connects, lets a command use the connection, and gives its exit code.</summary>
    public static async Task<int> UseAsync(
        string address, Func<BrokerClient, Task> use, CancellationToken cancellation)
    {
        try
        {
            IPEndPoint endPoint = await ResolveAsync(address, cancellation);
            await using BrokerClient client = await BrokerClient.ConnectAsync(
                endPoint, new ClientOptions { RequestTimeout = Patience }, cancellation);
            await use(client);
            return ExitOk;
        }
        catch (Exception cause) when (cause is RemotingException or IOException or SocketException or TimeoutException
            or FormatException or InvalidDataException)
        {
            Console.Error.WriteLine(cause is SocketException
                ? $"No broker can be reached at {address}: {cause.Message}. Give its address with --broker."
                : cause.Message);
            return ExitFailed;
        }
    }

    private static async Task<IPEndPoint> ResolveAsync(string address, CancellationToken cancellation)
    {
        if (IPEndPoint.TryParse(address, out IPEndPoint? endPoint))
            return endPoint.Port == 0 ? new IPEndPoint(endPoint.Address, DefaultPort) : endPoint;

        int colon = address.LastIndexOf(':');
        string host = colon < 0 ? address : address[..colon];
        int port = DefaultPort;
        if (host.Length == 0 || (colon >= 0 && !int.TryParse(address.AsSpan(colon + 1), out port)))
            throw new FormatException($"'{address}' is no address of a broker; HOST:PORT is expected.");

        IPAddress[] addresses = await Dns.GetHostAddressesAsync(host, cancellation);
        return new IPEndPoint(addresses[0], port);
    }
}
