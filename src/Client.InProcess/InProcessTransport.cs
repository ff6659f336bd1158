using OrleansMq.Broker.Nodes;
using OrleansMq.Client.Transports;
using OrleansMq.Gateway.Hosting;

namespace OrleansMq.Client.InProcess;

/// <summary>
/// Reaches a broker in this process without a socket: a request is handled by the thread that sends it, straight from
/// its buffer. Thread-safe.
/// </summary>
public sealed class InProcessTransport : IBrokerTransport
{
    private readonly Func<BrokerHost> _host;
    private readonly IBrokerTransport? _others;

    /// <summary>Makes a transport to one broker.</summary>
    /// <param name="host">The broker.</param>
    /// <param name="others">Reaches the other brokers of a cluster; null where there are none.</param>
    public InProcessTransport(BrokerHost host, IBrokerTransport? others = null)
        : this(() => host, others) => ArgumentNullException.ThrowIfNull(host);

    /// <summary>Makes a transport to a broker that may be closed and opened anew.</summary>
    /// <param name="host">
    /// The broker as it is now, such as <c>() => siloBroker.Host</c> in a silo; throws an
    /// <see cref="InvalidOperationException"/> while there is none.
    /// </param>
    /// <param name="others">Reaches the other brokers of a cluster; null where there are none.</param>
    public InProcessTransport(Func<BrokerHost> host, IBrokerTransport? others = null)
    {
        ArgumentNullException.ThrowIfNull(host);
        _host = host;
        _others = others;
    }

    /// <summary>The broker of this process, whatever its name is.</summary>
    public static BrokerAddress ThisProcess { get; } = new("in-process");

    /// <summary><see cref="ThisProcess"/>, then those of the transport for the others.</summary>
    public IReadOnlyList<BrokerAddress> Seeds => [ThisProcess, .. _others?.Seeds ?? []];

    /// <inheritdoc/>
    public ValueTask<Stream> ConnectAsync(BrokerAddress broker, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(broker);
        if (cancellation.IsCancellationRequested)
            return ValueTask.FromCanceled<Stream>(cancellation);
        BrokerHost? host = TryGetHost();
        if (host is not null && IsAt(host, broker))
            return ValueTask.FromResult<Stream>(host.Connect());
        if (_others is not null && broker != ThisProcess)
            return _others.ConnectAsync(broker, cancellation);
        throw new IOException(host is null
            ? $"The broker {broker} is to be reached in this process, where none is open now."
            : $"The broker {broker} is not in this process, where {AddressOf(host)} is; give the transport another one "
                + "that reaches the others.");
    }

    /// <summary>A name says more than an address, which every machine of a cluster may have.</summary>
    private static bool IsAt(BrokerHost host, BrokerAddress broker) => broker.BrokerName is null
        ? broker == ThisProcess || broker.Address == host.Node.Identity.AddressText
        : broker.BrokerName == host.Node.Identity.BrokerName;

    private static BrokerAddress AddressOf(BrokerHost host)
    {
        BrokerIdentity identity = host.Node.Identity;
        return new BrokerAddress(identity.AddressText, identity.BrokerName);
    }

    private BrokerHost? TryGetHost()
    {
        try
        {
            return _host();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
