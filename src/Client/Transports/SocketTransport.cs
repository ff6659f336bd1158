using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace OrleansMq.Client.Transports;

/// <summary>TCP, plain or under TLS: reaches every broker that speaks RocketMQ's remoting protocol.</summary>
public sealed class SocketTransport : IBrokerTransport
{
    /// <summary>The port of an address that names none. RocketMQ: the name server's.</summary>
    public const int DefaultPort = 9876;

    private readonly SslClientAuthenticationOptions? _tls;

    /// <summary>Makes a transport.</summary>
    /// <param name="servers">Brokers, as HOST:PORT or HOST, separated by commas or semicolons.</param>
    /// <param name="tls">
    /// How TLS is spoken; null for plain connections. The host's name is filled in if it lacks.
    /// </param>
    /// <exception cref="FormatException">An address is none; the message says which.</exception>
    public SocketTransport(string servers, SslClientAuthenticationOptions? tls = null)
    {
        ArgumentNullException.ThrowIfNull(servers);
        Seeds = [.. servers
            .Split([',', ';'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(server => new BrokerAddress(Normalise(server)))];
        if (Seeds.Count == 0)
            throw new FormatException("No broker is named; HOST:PORT is expected, such as 127.0.0.1:9876.");
        _tls = tls;
    }

    /// <inheritdoc/>
    public IReadOnlyList<BrokerAddress> Seeds { get; }

    /// <inheritdoc/>
    public async ValueTask<Stream> ConnectAsync(BrokerAddress broker, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(broker);
        (string host, int port) = Parse(broker.Address);
        Socket socket = await ConnectAsync(host, port, cancellation).ConfigureAwait(false);
        var stream = new NetworkStream(socket, ownsSocket: true);
        return _tls is null ? stream : await AuthenticateAsync(stream, host, cancellation).ConfigureAwait(false);
    }

    /// <summary>Takes an address apart.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static (string Host, int Port) Parse(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (IPEndPoint.TryParse(address, out IPEndPoint? endPoint) && !IsBareNumber(address))
            return (endPoint.Address.ToString(), endPoint.Port == 0 ? DefaultPort : endPoint.Port);

        int colon = address.LastIndexOf(':');
        string host = colon < 0 ? address : address[..colon];
        int port = DefaultPort;
        bool isPort = colon < 0 || (int.TryParse(
            address.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port)
            && port is > 0 and <= IPEndPoint.MaxPort);
        return isPort && Uri.CheckHostName(host) == UriHostNameType.Dns
            ? (host, port)
            : throw new FormatException(
                $"'{address}' is no address of a broker; HOST:PORT is expected, such as 127.0.0.1:9876, with a port "
                + "from 1 to 65535.");
    }

    /// <summary>.NET takes "9876" for an address of IPv4; whoever writes it means a port.</summary>
    private static bool IsBareNumber(string address) => address.All(char.IsAsciiDigit);

    private static string Normalise(string address)
    {
        (string host, int port) = Parse(address);
        return host.Contains(':', StringComparison.Ordinal) ? $"[{host}]:{port}" : $"{host}:{port}";
    }

    private static async Task<Socket> ConnectAsync(string host, int port, CancellationToken cancellation)
    {
        IPAddress[] addresses = IPAddress.TryParse(host, out IPAddress? address)
            ? [address]
            : await Dns.GetHostAddressesAsync(host, cancellation).ConfigureAwait(false);
        for (int index = 0; ; index++)
        {
            var socket = new Socket(addresses[index].AddressFamily, SocketType.Stream, ProtocolType.Tcp)
            {
                NoDelay = true,
            };
            try
            {
                await socket.ConnectAsync(addresses[index], port, cancellation).ConfigureAwait(false);
                return socket;
            }
            catch (SocketException) when (index + 1 < addresses.Length)
            {
                socket.Dispose();
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
    }

    private async Task<Stream> AuthenticateAsync(Stream plain, string host, CancellationToken cancellation)
    {
        var secure = new SslStream(plain, leaveInnerStreamOpen: false);
        try
        {
            await secure.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = _tls!.TargetHost ?? host,
                    ClientCertificates = _tls.ClientCertificates,
                    EnabledSslProtocols = _tls.EnabledSslProtocols,
                    CertificateRevocationCheckMode = _tls.CertificateRevocationCheckMode,
                    CertificateChainPolicy = _tls.CertificateChainPolicy,
                    RemoteCertificateValidationCallback = _tls.RemoteCertificateValidationCallback,
                },
                cancellation).ConfigureAwait(false);
            return secure;
        }
        catch
        {
            await secure.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
