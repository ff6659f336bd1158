using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using OrleansMq.Client.Transports;

namespace OrleansMq.Sdk.Tests.Chaos;

/// <summary>
/// Carries bytes between clients and a broker, and does to its connections what networks do: cut them, stall them for a
/// while, or let them seem open while nothing passes any more.
/// </summary>
public sealed class FaultyProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly IPEndPoint _broker;
    private readonly ConcurrentDictionary<int, Link> _links = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _accepting;
    private int _lastLink;

    public FaultyProxy(string brokerAddress)
    {
        _broker = IPEndPoint.Parse(brokerAddress);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>A transport through the proxy: whatever address a route names, it leads here.</summary>
    public IBrokerTransport Transport => new ProxyTransport(_listener.LocalEndpoint.ToString()!);

    /// <summary>Connections made so far.</summary>
    public int Connections => Volatile.Read(ref _lastLink);

    /// <summary>Ends all connections that are open now, without a farewell.</summary>
    public void Cut()
    {
        foreach (Link link in _links.Values)
            link.Abort();
    }

    /// <summary>Lets nothing pass on the connections that are open now until the pause is over.</summary>
    public void Stall(TimeSpan pause)
    {
        foreach (Link link in _links.Values)
            link.Stall(pause);
    }

    /// <summary>The connections that are open now seem to stay so, but nothing passes any more.</summary>
    public void HalfOpen()
    {
        foreach (Link link in _links.Values)
            link.Stall(Timeout.InfiniteTimeSpan);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        Cut();
        await _accepting;
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                Socket client = await _listener.AcceptSocketAsync(_stopping.Token);
                _ = ServeAsync(client);
            }
            catch (Exception cause) when (cause is OperationCanceledException or SocketException
                or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(Socket client)
    {
        int id = Interlocked.Increment(ref _lastLink);
        var broker = new Socket(_broker.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        var link = new Link(client, broker);
        try
        {
            client.NoDelay = broker.NoDelay = true;
            await broker.ConnectAsync(_broker);
            _links[id] = link;
            await Task.WhenAny(link.CarryAsync(client, broker), link.CarryAsync(broker, client));
        }
        catch (SocketException)
        {
            // The broker is not there; the client sees its connection end.
        }
        finally
        {
            _links.TryRemove(id, out _);
            link.Abort();
        }
    }

    private sealed class ProxyTransport(string proxy) : IBrokerTransport
    {
        private readonly SocketTransport _sockets = new(proxy);

        public IReadOnlyList<BrokerAddress> Seeds => _sockets.Seeds;

        public ValueTask<Stream> ConnectAsync(BrokerAddress broker, CancellationToken cancellation) =>
            _sockets.ConnectAsync(_sockets.Seeds[0], cancellation);
    }

    private sealed class Link(Socket client, Socket broker)
    {
        private volatile Task _mayPass = Task.CompletedTask;

        public void Stall(TimeSpan pause) => _mayPass = Task.Delay(pause);

        public void Abort()
        {
            foreach (Socket socket in (Socket[])[client, broker])
            {
                try
                {
                    socket.LingerState = new LingerOption(true, 0);
                }
                catch (Exception cause) when (cause is SocketException or ObjectDisposedException)
                {
                    // It has ended by itself.
                }

                socket.Close();
            }
        }

        public async Task CarryAsync(Socket from, Socket to)
        {
            byte[] buffer = new byte[64 * 1024];
            try
            {
                while (await from.ReceiveAsync(buffer) is > 0 and var count)
                {
                    await _mayPass;
                    for (int sent = 0; sent < count;)
                        sent += await to.SendAsync(buffer.AsMemory(sent, count - sent));
                }
            }
            catch (Exception cause) when (cause is SocketException or ObjectDisposedException)
            {
                // Either side is gone.
            }
        }
    }
}
