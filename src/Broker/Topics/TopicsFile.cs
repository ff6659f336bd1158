using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using OrleansMq.Broker.Metadata;

namespace OrleansMq.Broker.Topics;

/// <summary>The topics of a broker and the version of their table.</summary>
/// <param name="Topics">The topics.</param>
/// <param name="Version">The version.</param>
public sealed record TopicTable(IReadOnlyList<TopicConfig> Topics, DataVersion Version);

/// <summary>The layout of <c>topics.json</c>. RocketMQ: <c>TopicConfigManager</c>.</summary>
public static class TopicsFile
{
    /// <summary>The file's name.</summary>
    public const string Name = "topics.json";

    /// <summary>Writes the file.</summary>
    public static byte[] Encode(TopicTable table) => MetadataJson.Write(writer =>
    {
        MetadataJson.WriteVersion(writer, table.Version);
        writer.WriteStartObject("topicConfigTable");
        foreach (TopicConfig topic in table.Topics)
        {
            writer.WriteStartObject(topic.Name);
            MetadataJson.WriteTexts(writer, "attributes", topic.Attributes);
            writer.WriteBoolean("order", topic.Order);
            writer.WriteNumber("perm", (int)topic.Permissions);
            writer.WriteNumber("readQueueNums", topic.ReadQueues);
            writer.WriteString("topicFilterType", "SINGLE_TAG");
            writer.WriteString("topicName", topic.Name);
            writer.WriteNumber("topicSysFlag", topic.SystemFlag);
            writer.WriteNumber("writeQueueNums", topic.WriteQueues);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    });

    /// <summary>Reads the file. Never throws; damaged content gives a problem.</summary>
    public static bool TryDecode(
        ReadOnlySpan<byte> content,
        [NotNullWhen(true)] out TopicTable? table,
        [NotNullWhen(false)] out string? problem) => MetadataJson.TryRead(content, Read, out table, out problem);

    private static TopicTable Read(JsonElement root)
    {
        var topics = new List<TopicConfig>();
        foreach (JsonProperty member in MetadataJson.Members(root, "topicConfigTable"))
        {
            topics.Add(new TopicConfig
            {
                Name = member.Name,
                ReadQueues = Queues(member, "readQueueNums"),
                WriteQueues = Queues(member, "writeQueueNums"),
                Permissions = (TopicPermissions)MetadataJson.Number(
                    member.Value, "perm", (int)TopicPermissions.ReadWrite),
                Order = MetadataJson.Flag(member.Value, "order", false),
                SystemFlag = MetadataJson.Number(member.Value, "topicSysFlag", 0),
                Attributes = MetadataJson.Texts(member.Value, "attributes"),
            });
        }

        return new TopicTable(topics, MetadataJson.Version(root));
    }

    private static int Queues(JsonProperty topic, string field)
    {
        // 16 is what RocketMQ assumes when the field is absent.
        int queues = MetadataJson.Number(topic.Value, field, 16);
        return queues >= 0 ? queues : throw new JsonException($"The topic '{topic.Name}' has {queues} queues.");
    }
}
