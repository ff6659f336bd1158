using OrleansMq.Broker.Clustering;

namespace OrleansMq.Streams.Topics;

/// <summary>
/// Which topics a provider has taken up, and their routes: settings in the cluster's directory, where they survive
/// everybody and every silo sees them.
/// </summary>
internal static class StreamTopicList
{
    /// <summary>The namespace of the settings.</summary>
    public const string Space = "ORLEANS_STREAMS";

    private const char Separator = '/';

    public static string KeyOf(string provider, string topic) => $"{provider}{Separator}{topic}";

    public static StreamRoute? Find(ClusterView view, string provider, string topic) =>
        view.KeyValues.Find(Space, KeyOf(provider, topic)) is { } text ? StreamRoute.TryParse(topic, text) : null;

    public static IEnumerable<string> TopicsOf(ClusterView view, string provider)
    {
        string prefix = KeyOf(provider, "");
        return view.KeyValues.List(Space).Keys
            .Where(key => key.StartsWith(prefix, StringComparison.Ordinal)).Select(key => key[prefix.Length..]);
    }
}
