using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using OrleansMq.Client;
using OrleansMq.Client.Operating;
using OrleansMq.Protocol.Bodies;

namespace OrleansMq.Cli.Brokers;

/// <summary>The brokers of a cluster, found through any of them.</summary>
internal sealed class BrokerSet : IAsyncDisposable
{
    private const string DefaultAddress = "127.0.0.1:9876";
    private const int ExitOk = 0;
    private const int ExitFailed = 1;
    private const int ExitCancelled = 130;

    private readonly List<(string Name, BrokerClient Client)> _brokers = [];

    /// <summary>The brokers by name.</summary>
    public IEnumerable<(string Name, BrokerOperations Operations)> All =>
        _brokers.Select(broker => (broker.Name, new BrokerOperations(broker.Client)));

    /// <summary>The option that names a broker.</summary>
    public static Option<string> AddressOption() => new("--broker")
    {
        Description = "The address of a broker; those of its cluster are asked too.",
        DefaultValueFactory = _ => DefaultAddress,
    };

    /// <summary>Does something with the brokers and gives an exit code; what fails is told to people.</summary>
    /// <param name="address">The address of one of them.</param>
    /// <param name="work">What to do; whether all went well.</param>
    /// <param name="cancellation">Ends it.</param>
    public static async Task<int> UseAsync(
        string address, Func<BrokerSet, Task<bool>> work, CancellationToken cancellation)
    {
        try
        {
            await using BrokerSet brokers = await ConnectAsync(address, cancellation);
            return await work(brokers) ? ExitOk : ExitFailed;
        }
        catch (OperationCanceledException)
        {
            return ExitCancelled;
        }
        catch (Exception cause) when (cause is RemotingException or SocketException or TimeoutException
            or ConnectionLostException or InvalidDataException or FormatException)
        {
            Console.Error.WriteLine($"{address}: {cause.Message}");
            return ExitFailed;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach ((_, BrokerClient client) in _brokers)
            await client.DisposeAsync();
    }

    private static async Task<BrokerSet> ConnectAsync(string address, CancellationToken cancellation)
    {
        await using BrokerClient first = await BrokerClient.ConnectAsync(
            EndPointOf(address), cancellation: cancellation);
        ClusterInfo cluster = await new BrokerOperations(first).GetClusterAsync(cancellation);
        var brokers = new BrokerSet();
        try
        {
            foreach ((string name, BrokerData broker) in
                cluster.Brokers.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            {
                if (!broker.BrokerAddresses.TryGetValue(0, out string? of))
                    continue;

                // Of one broker the address that was given is known to work.
                BrokerClient client = await BrokerClient.ConnectAsync(
                    EndPointOf(cluster.Brokers.Count == 1 ? address : of), cancellation: cancellation);
                brokers._brokers.Add((name, client));
            }
        }
        catch
        {
            await brokers.DisposeAsync();
            throw;
        }

        return brokers;
    }

    private static IPEndPoint EndPointOf(string address) => IPEndPoint.TryParse(address, out IPEndPoint? endPoint)
        && endPoint.Port > 0
            ? endPoint
            : throw new FormatException(
                $"'{address}' is no address; an IP address and port is expected, as {DefaultAddress}.");
}
