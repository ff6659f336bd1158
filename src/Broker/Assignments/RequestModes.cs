using OrleansMq.Broker.KeyValues;
using OrleansMq.Messages.Topics;

namespace OrleansMq.Broker.Assignments;

/// <summary>
/// The modes of all groups, kept with the settings of the name service, so that in a cluster every broker gives the
/// same answer. RocketMQ: <c>MessageRequestModeManager</c>, a file of each broker.
/// </summary>
public static class RequestModes
{
    /// <summary>The namespace of those settings; their keys are <c>topic@group</c>.</summary>
    public const string Namespace = "MESSAGE_REQUEST_MODE";

    private const char Separator = '@';

    /// <summary>
    /// The key of a topic and a group, neither of which may have the character between them in its name.
    /// </summary>
    public static string KeyOf(string topic, string group) => $"{topic}{Separator}{group}";

    /// <summary>How a group gets the messages of a topic. Its retry topic is always pulled.</summary>
    public static RequestMode Find(KeyValueTable table, string topic, string group) =>
        !TopicNames.IsRetry(topic)
        && RequestMode.TryParse(table.Find(Namespace, KeyOf(topic, group)), out RequestMode mode)
            ? mode
            : RequestMode.Default;

    /// <summary>All that were set.</summary>
    public static IEnumerable<(string Topic, string Group, RequestMode Mode)> List(KeyValueTable table)
    {
        foreach ((string key, string value) in table.List(Namespace))
        {
            if (key.Split(Separator) is [var topic, var group] && RequestMode.TryParse(value, out RequestMode mode))
                yield return (topic, group, mode);
        }
    }

    /// <summary>Forgets what was set for a topic that is deleted.</summary>
    public static KeyValueTable WithoutTopic(KeyValueTable table, string topic) =>
        Without(table, key => key.StartsWith(KeyOf(topic, ""), StringComparison.Ordinal));

    /// <summary>Forgets what was set for a group that is deleted.</summary>
    public static KeyValueTable WithoutGroup(KeyValueTable table, string group) =>
        Without(table, key => key.EndsWith(KeyOf("", group), StringComparison.Ordinal));

    private static KeyValueTable Without(KeyValueTable table, Func<string, bool> isGone) =>
        table.List(Namespace).Keys.Where(isGone).Aggregate(table, (rest, key) => rest.Delete(Namespace, key));
}
