using System.Collections.Concurrent;
using OrleansMq.Client.Brokers;
using OrleansMq.Client.Transports;
using OrleansMq.Protocol.Bodies;

namespace OrleansMq.Client.Routing;

/// <summary>
/// Where topics live, asked for when somebody wants to know and kept. Nothing is asked for topics that nobody uses.
/// Thread-safe.
/// </summary>
internal sealed class RouteTable(BrokerConnections connections, ClientOptions options)
{
    /// <summary>The topic whose route new topics get. RocketMQ: AUTO_CREATE_TOPIC_KEY_TOPIC.</summary>
    private const string TemplateTopic = "TBW102";

    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private int _lastSeed;

    /// <summary>The route of a topic; a template's for one that does not exist, if brokers create topics.</summary>
    /// <exception cref="TopicNotFoundException">It does not exist, and brokers do not create topics.</exception>
    public ValueTask<TopicRoute> GetForSendAsync(string topic, CancellationToken cancellation)
    {
        if (_entries.TryGetValue(topic, out Entry? entry) && entry.Current is { } route && !IsOld(entry))
            return new ValueTask<TopicRoute>(route);
        return GetOrLendAsync(topic, cancellation);
    }

    /// <summary>The route of a topic; null if it does not exist.</summary>
    public async ValueTask<TopicRoute?> FindAsync(string topic, CancellationToken cancellation)
    {
        Entry entry = _entries.GetOrAdd(topic, static name => new Entry(name));
        if (entry.Current is not { } route)
            return await RefreshAsync(entry, cancellation).ConfigureAwait(false);
        if (IsOld(entry))
            _ = RefreshQuietlyAsync(entry);
        return route;
    }

    /// <summary>The route of a topic as it is now; null if it does not exist.</summary>
    public ValueTask<TopicRoute?> RefreshAsync(string topic, CancellationToken cancellation) =>
        new(RefreshAsync(_entries.GetOrAdd(topic, static name => new Entry(name)), cancellation));

    /// <summary>Has the route asked for again when it is used next.</summary>
    public void Invalidate(string topic)
    {
        if (_entries.TryGetValue(topic, out Entry? entry))
            Volatile.Write(ref entry.AskedAt, Entry.Never);
    }

    /// <summary>Asks the seeds for something that any of them can answer.</summary>
    public Task PingAsync(CancellationToken cancellation) => AskAsync(TemplateTopic, cancellation);

    private async ValueTask<TopicRoute> GetOrLendAsync(string topic, CancellationToken cancellation)
    {
        if (await FindAsync(topic, cancellation).ConfigureAwait(false) is { } route)
            return route;

        TopicRouteData? template = await AskAsync(TemplateTopic, cancellation).ConfigureAwait(false);
        return template is null
            ? throw new TopicNotFoundException(topic)
            : TopicRoute.Of(topic, template, options.NewTopicQueues);
    }

    private bool IsOld(Entry entry)
    {
        long askedAt = Volatile.Read(ref entry.AskedAt);
        return askedAt == Entry.Never || options.Time.GetElapsedTime(askedAt) >= options.RouteRefreshInterval;
    }

    private async Task RefreshQuietlyAsync(Entry entry)
    {
        try
        {
            await RefreshAsync(entry, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception cause) when (Failures.IsOfBroker(cause))
        {
            // The old route is used on, and asked for again by the next user.
        }
    }

    /// <summary>One question at a time for a topic, for all who want to know.</summary>
    private Task<TopicRoute?> RefreshAsync(Entry entry, CancellationToken cancellation)
    {
        Task<TopicRoute?> asking;
        lock (entry)
        {
            if (entry.Asking is not { IsCompleted: false })
            {
                Volatile.Write(ref entry.AskedAt, options.Time.GetTimestamp());
                entry.Asking = AskAsync(entry);
            }

            asking = entry.Asking;
        }

        return asking.WaitAsync(cancellation);
    }

    private async Task<TopicRoute?> AskAsync(Entry entry)
    {
        try
        {
            TopicRouteData? data = await AskAsync(entry.Topic, CancellationToken.None).ConfigureAwait(false);
            entry.Current = data is null ? null : TopicRoute.Of(entry.Topic, data);
            return entry.Current;
        }
        catch
        {
            Volatile.Write(ref entry.AskedAt, Entry.Never);
            throw;
        }
    }

    /// <summary>Asks the seeds in turn, beginning with the one that answered last.</summary>
    private async Task<TopicRouteData?> AskAsync(string topic, CancellationToken cancellation)
    {
        IReadOnlyList<BrokerAddress> seeds = options.Transport.Seeds;
        int first = Volatile.Read(ref _lastSeed);
        for (int attempt = 1; ; attempt++)
        {
            int seed = (first + attempt - 1) % seeds.Count;
            try
            {
                BrokerClient client = await connections.GetAsync(seeds[seed], cancellation).ConfigureAwait(false);
                TopicRouteData? data = await client.GetRouteAsync(topic, cancellation).ConfigureAwait(false);
                Volatile.Write(ref _lastSeed, seed);
                return data;
            }
            catch (Exception cause) when (Failures.IsOfBroker(cause) && attempt < seeds.Count)
            {
                // The next one may know.
            }
        }
    }

    private sealed class Entry(string topic)
    {
        /// <summary>A time that counts as long ago.</summary>
        public const long Never = 0;

        public long AskedAt;

        public string Topic { get; } = topic;

        public volatile TopicRoute? Current;

        public Task<TopicRoute?>? Asking;
    }
}
