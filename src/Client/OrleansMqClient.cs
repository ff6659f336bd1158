using OrleansMq.Client.Brokers;
using OrleansMq.Client.Consuming;
using OrleansMq.Client.Producing;
using OrleansMq.Client.Routing;
using OrleansMq.Client.Serialization;
using OrleansMq.Client.Transports;

namespace OrleansMq.Client;

/// <summary>
/// The way to a cluster of brokers: producers, consumers and the admin client are made here and share its connections,
/// which are opened as they are needed. Dispose those first. Thread-safe: an application needs one for each cluster.
/// </summary>
/// <example><code>
/// await using var mq = new OrleansMqClient("127.0.0.1:9876");
/// await using Producer producer = mq.CreateProducer();
/// SendReceipt receipt = await producer.SendAsync("Orders", "created"u8.ToArray());
/// </code></example>
public sealed partial class OrleansMqClient : IAsyncDisposable
{
    /// <summary>Makes a client that reaches brokers by TCP.</summary>
    /// <param name="servers">
    /// One or more brokers of the cluster as HOST:PORT, separated by commas; the others are found through them.
    /// </param>
    public OrleansMqClient(string servers)
        : this(new ClientOptions { Transport = new SocketTransport(servers) })
    {
    }

    /// <summary>Makes a client.</summary>
    public OrleansMqClient(ClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Options = options;
        Connections = new BrokerConnections(options, Requests);
        Routes = new RouteTable(Connections, options);
        Heartbeats = new Heartbeats(Connections, options);
        Connections.Introduce = Heartbeats.SendAsync;
    }

    /// <summary>How the client talks to brokers.</summary>
    public ClientOptions Options { get; }

    internal BrokerConnections Connections { get; }

    internal RouteTable Routes { get; }

    internal Heartbeats Heartbeats { get; }

    internal BrokerRequests Requests { get; } = new();

    internal BrokerPromises Promises { get; } = new();

    /// <summary>Makes a producer; one is enough for all topics and threads.</summary>
    /// <exception cref="ArgumentException">The options cannot work.</exception>
    public Producer CreateProducer(ProducerOptions? options = null)
    {
        var producer = new Producer(this, options ?? new ProducerOptions());
        Heartbeats.Start();
        return producer;
    }

    /// <summary>Makes a consumer; it consumes once it is started.</summary>
    /// <param name="options">What it consumes, and how.</param>
    /// <param name="handler">Gets the messages.</param>
    /// <exception cref="ArgumentException">The options cannot work.</exception>
    public PushConsumer CreateConsumer(ConsumerOptions options, MessageHandler handler)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(handler);
        return new PushConsumer(this, options, handler);
    }

    /// <summary>
    /// The same for values, which are read by the client's serializer. A body that holds no such value becomes a dead
    /// letter at once, with the reason.
    /// </summary>
    /// <inheritdoc cref="CreateConsumer(ConsumerOptions, MessageHandler)"/>
    public PushConsumer CreateConsumer<T>(ConsumerOptions options, MessageHandler<T> handler) =>
        CreateConsumer(options, handler.Untyped(Options.Serializer));

    /// <summary>Asks a broker for an answer, so that it is known whether one can be reached.</summary>
    /// <exception cref="ConnectionLostException">None of those that the client was given can be reached.</exception>
    /// <exception cref="TimeoutException">None answered in time.</exception>
    public Task PingAsync(CancellationToken cancellation = default) => Routes.PingAsync(cancellation);

    /// <summary>Ends all connections; calls without an answer fail.</summary>
    public async ValueTask DisposeAsync()
    {
        await Heartbeats.DisposeAsync().ConfigureAwait(false);
        await Connections.DisposeAsync().ConfigureAwait(false);
    }
}
