using System.Collections.Concurrent;
using Orleans.Streams;

namespace OrleansMq.Streams.Tests.TestCluster;

/// <summary>
/// What subscribers saw, by their names: all silos and the client are in this process. Names are new for each test.
/// </summary>
internal static class Seen
{
    private static readonly ConcurrentDictionary<string, ConcurrentQueue<SeenEvent>> Events = new();

    public static void Note(string subscriber, object item, StreamSequenceToken? token = null) =>
        Events.GetOrAdd(subscriber, _ => new()).Enqueue(new SeenEvent(item, token as OrleansMqToken));

    public static IReadOnlyList<SeenEvent> By(string subscriber) =>
        Events.TryGetValue(subscriber, out ConcurrentQueue<SeenEvent>? events) ? [.. events] : [];

    public static T[] Items<T>(string subscriber) => [.. By(subscriber).Select(one => (T)one.Item)];

    /// <summary>Waits for as many events as expected, and asserts that they are these.</summary>
    public static async Task AssertAsync<T>(string subscriber, params T[] expected)
    {
        await StreamCluster.UntilAsync(
            () => By(subscriber).Count >= expected.Length,
            () => $"{subscriber} has {string.Join(", ", Items<T>(subscriber))}; {string.Join(", ", expected)} is expected.");
        Assert.Equal(expected, Items<T>(subscriber));
    }
}

/// <summary>An event and its place.</summary>
internal sealed record SeenEvent(object Item, OrleansMqToken? Token);
