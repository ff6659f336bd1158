using OrleansMq.Client;

namespace OrleansMq.Cli.Demo;

/// <summary>What all checks share.</summary>
/// <param name="Broker">The broker under trial.</param>
internal sealed record DemoContext(BrokerProcess Broker)
{
    /// <summary>Messages that were read back, for the rate of reading.</summary>
    public long DrainedMessages { get; set; }

    /// <summary>How long that took.</summary>
    public TimeSpan DrainTime { get; set; }

    /// <summary>A client of its own connection and identity.</summary>
    public Task<BrokerClient> ConnectAsync(CancellationToken cancellation) =>
        BrokerClient.ConnectAsync(
            Broker.EndPoint, new ClientOptions { RequestTimeout = TimeSpan.FromSeconds(10) }, cancellation);

    /// <summary>Several such clients.</summary>
    public Task<BrokerClient[]> ConnectAsync(int count, CancellationToken cancellation) =>
        Task.WhenAll(Enumerable.Range(0, count).Select(_ => ConnectAsync(cancellation)));

    /// <summary>Creates a topic.</summary>
    public async Task CreateTopicAsync(string topic, int queues, CancellationToken cancellation)
    {
        await using BrokerClient client = await ConnectAsync(cancellation);
        await client.CreateTopicAsync(topic, queues, cancellation);
    }

    /// <summary>Ends connections.</summary>
    public static async Task CloseAsync(IEnumerable<BrokerClient> clients)
    {
        foreach (BrokerClient client in clients)
            await client.DisposeAsync();
    }
}
