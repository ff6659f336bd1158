using System.Net.Sockets;

namespace OrleansMq.Client.Transports;

/// <summary>How a client's bytes reach brokers. The protocol above it is the same for all. Thread-safe.</summary>
public interface IBrokerTransport
{
    /// <summary>
    /// Brokers that may be asked where topics live, any of them, in the order in which they are tried.
    /// </summary>
    IReadOnlyList<BrokerAddress> Seeds { get; }

    /// <summary>
    /// Opens a stream of bytes to a broker. It is read by one reader and written by one writer at the same time;
    /// disposing it ends both.
    /// </summary>
    /// <param name="broker">One of <see cref="Seeds"/>, or a broker that a route named.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="SocketException">The broker cannot be reached.</exception>
    /// <exception cref="IOException">The same, for transports that are no sockets.</exception>
    ValueTask<Stream> ConnectAsync(BrokerAddress broker, CancellationToken cancellation);
}
