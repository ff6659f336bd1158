using System.Collections.Concurrent;
using OrleansMq.Messages.Topics;

namespace OrleansMq.Streams.Topics;

/// <summary>The topics that this process uses of a provider, on a silo or a client. Thread-safe.</summary>
internal sealed class StreamTopics(string provider, string group, OrleansMqStreamOptions options, IGrainFactory grains)
{
    private readonly ConcurrentDictionary<string, Task<StreamRoute>> _routes = new(StringComparer.Ordinal);

    public OrleansMqStreamOptions Options => options;

    public string Provider => provider;

    public string Group => group;

    /// <summary>The topic of a stream.</summary>
    /// <exception cref="ArgumentException">Its namespace is no name for one.</exception>
    public string TopicOf(StreamId stream)
    {
        string topic = options.TopicOf(stream.GetNamespace() ?? "");
        return TopicNames.IsValidTopic(topic, out string? problem)
            ? topic
            : throw new ArgumentException(
                $"The stream '{stream}' cannot be used: its namespace is its topic. {problem} A namespace may have a "
                + $"topic of another name, see {nameof(OrleansMqStreamOptions.Topics)}.");
    }

    /// <summary>Where the keys of a topic are; takes it up if nobody has.</summary>
    public async ValueTask<StreamRoute> GetRouteAsync(string topic)
    {
        Task<StreamRoute> asked = _routes.GetOrAdd(topic, Ask);
        try
        {
            return await asked;
        }
        catch
        {
            // The next one asks again.
            _routes.TryRemove(new KeyValuePair<string, Task<StreamRoute>>(topic, asked));
            throw;
        }
    }

    private Task<StreamRoute> Ask(string topic) => grains
        .GetGrain<IStreamTopicGrain>(StreamTopicList.KeyOf(provider, topic))
        .GetRoute(new TopicWishes(group, options.QueuesPerBroker, options.StartAt == StartAt.OldestEvent));
}
