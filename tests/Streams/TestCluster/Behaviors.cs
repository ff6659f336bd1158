using System.Collections.Concurrent;

namespace OrleansMq.Streams.Tests.TestCluster;

/// <summary>What subscribers do with an event before they note it, by their names.</summary>
internal static class Behaviors
{
    private static readonly ConcurrentDictionary<string, Func<int, Task>> All = new();
    private static readonly ConcurrentDictionary<string, Task> Activations = new();

    public static void Set(string subscriber, Func<int, Task> behavior) => All[subscriber] = behavior;

    public static void HoldActivation(string subscriber, Task until) => Activations[subscriber] = until;

    public static Task ActAsync(string subscriber, int item) =>
        All.TryGetValue(subscriber, out Func<int, Task>? behavior) ? behavior(item) : Task.CompletedTask;

    public static Task ActivateAsync(string subscriber) => Activations.GetValueOrDefault(subscriber, Task.CompletedTask);
}
