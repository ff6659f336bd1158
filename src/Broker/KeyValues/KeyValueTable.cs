using System.Collections.Immutable;
using OrleansMq.Broker.Assignments;

namespace OrleansMq.Broker.KeyValues;

/// <summary>
/// Settings that the name service keeps for its clients, by namespace and key. Immutable, each change gives a new one;
/// serialises to JSON as it is. RocketMQ: <c>KVConfigManager</c>.
/// </summary>
public sealed record KeyValueTable
{
    /// <summary>The longest name of a namespace or a key, in characters.</summary>
    public const int MaxNameLength = 255;

    /// <summary>The namespaces with their keys and values; none is empty.</summary>
    public ImmutableDictionary<string, ImmutableDictionary<string, string>> Namespaces { get; init; } =
        ImmutableDictionary<string, ImmutableDictionary<string, string>>.Empty;

    /// <summary>A value, or null.</summary>
    public string? Find(string space, string key) => List(space).GetValueOrDefault(key);

    /// <summary>The keys and values of a namespace.</summary>
    public ImmutableDictionary<string, string> List(string space) =>
        Namespaces.GetValueOrDefault(space, ImmutableDictionary<string, string>.Empty);

    /// <summary>Sets a value; the text is why it does not.</summary>
    public KeyValueTable Put(string space, string key, string value, KeyValueOptions options, out string? problem)
    {
        string? known = Find(space, key);
        problem = space.Length > MaxNameLength || key.Length > MaxNameLength
            ? $"A namespace or key has at most {MaxNameLength} characters."
            : value.Length > options.MaxValueLength
            ? $"The value has {value.Length} characters; at most {options.MaxValueLength} are allowed."
            : known is null && Namespaces.Values.Sum(keys => keys.Count) >= options.MaxEntries
            ? $"There are {options.MaxEntries} settings already; delete some or raise {nameof(options.MaxEntries)}."
            : space == OrderedTopics.Namespace && !OrderedTopics.IsValid(value)
            ? $"'{value}' does not say how many queues of the topic each broker has; "
                + "'broker-a:4;broker-b:4' is expected."
            : space == RequestModes.Namespace && !RequestMode.TryParse(value, out _)
            ? $"'{value}' is no way to get messages; 'POP;8' or 'PULL;0' is expected."
            : null;
        return problem is not null || known == value ? this : With(space, List(space).SetItem(key, value));
    }

    /// <summary>Removes a value if there is one.</summary>
    public KeyValueTable Delete(string space, string key) =>
        Find(space, key) is null ? this : With(space, List(space).Remove(key));

    private KeyValueTable With(string space, ImmutableDictionary<string, string> keys) => this with
    {
        Namespaces = keys.IsEmpty ? Namespaces.Remove(space) : Namespaces.SetItem(space, keys),
    };
}
