using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using OrleansMq.Broker.Metadata;

namespace OrleansMq.Broker.Offsets;

/// <summary>
/// The layout of <c>consumerOffset.json</c>: offsets by queue id by <c>topic@group</c>. RocketMQ:
/// <c>ConsumerOffsetManager</c>, which writes queue ids without quotes; both forms are read.
/// </summary>
public static class OffsetsFile
{
    /// <summary>The file's name.</summary>
    public const string Name = "consumerOffset.json";

    private const char Separator = '@';
    private const string ResetsName = "resets";

    /// <summary>Writes the file.</summary>
    /// <exception cref="ArgumentException">The offsets of a topic and group do not stand together.</exception>
    public static byte[] Encode(OffsetTable table) => MetadataJson.Write(writer =>
    {
        MetadataJson.WriteVersion(writer, table.Version);
        writer.WriteStartObject("offsetTable");
        var written = new HashSet<string>(StringComparer.Ordinal);
        string? open = null;
        foreach (CommittedOffset offset in table.Offsets)
        {
            string key = offset.Topic + Separator + offset.Group;
            if (key != open)
            {
                if (!written.Add(key))
                    throw new ArgumentException($"The offsets of '{key}' do not stand together.", nameof(table));
                if (open is not null)
                    writer.WriteEndObject();
                writer.WriteStartObject(key);
                open = key;
            }

            writer.WriteNumber(offset.QueueId.ToString(CultureInfo.InvariantCulture), offset.Offset);
        }

        if (open is not null)
            writer.WriteEndObject();
        writer.WriteEndObject();
        if (table.Resets.Count > 0)
            WriteResets(writer, table.Resets);
    });

    /// <summary>
    /// Reads the file. Never throws; damaged content gives a problem. Negative offsets, which some clients commit for
    /// "unknown", are passed over.
    /// </summary>
    public static bool TryDecode(
        ReadOnlySpan<byte> content,
        [NotNullWhen(true)] out OffsetTable? table,
        [NotNullWhen(false)] out string? problem) => MetadataJson.TryRead(content, Read, out table, out problem);

    private static OffsetTable Read(JsonElement root)
    {
        var offsets = new List<CommittedOffset>();
        foreach (JsonProperty member in MetadataJson.Members(root, "offsetTable"))
        {
            (string topic, string group) = ReadKey(member.Name);
            foreach (JsonProperty queue in MetadataJson.Members(member))
            {
                long offset = MetadataJson.LongNumber(queue.Value, queue.Name);
                if (offset >= 0)
                    offsets.Add(new CommittedOffset(group, topic, MetadataJson.QueueId(queue.Name), offset));
            }
        }

        return new OffsetTable(offsets, MetadataJson.Version(root)) { Resets = ReadResets(root) };
    }

    private static (string Topic, string Group) ReadKey(string key) =>
        key.Split(Separator) is [{ Length: > 0 } topic, { Length: > 0 } group]
            ? (topic, group)
            : throw new JsonException($"The key '{key}' is not of the form topic@group.");

    /// <summary>RocketMQ, which keeps no resets, passes over them when it reads the file.</summary>
    private static void WriteResets(Utf8JsonWriter writer, IReadOnlyList<GroupReset> resets)
    {
        writer.WriteStartObject(ResetsName);
        foreach (IGrouping<string, GroupReset> queues in resets.GroupBy(
            reset => reset.Reset.Topic + Separator + reset.Group, StringComparer.Ordinal))
        {
            writer.WriteStartObject(queues.Key);
            foreach (QueueReset reset in queues.Select(queue => queue.Reset))
            {
                writer.WriteStartObject(reset.QueueId.ToString(CultureInfo.InvariantCulture));
                writer.WriteNumber("count", reset.Count);
                if (reset.Mark is { } mark)
                {
                    writer.WriteNumber("start", mark.Start);
                    writer.WriteNumber("end", mark.End);
                    writer.WriteNumber("until", mark.UntilMilliseconds);
                }

                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private static List<GroupReset> ReadResets(JsonElement root)
    {
        var resets = new List<GroupReset>();
        foreach (JsonProperty member in MetadataJson.Members(root, ResetsName))
        {
            (string topic, string group) = ReadKey(member.Name);
            foreach (JsonProperty queue in MetadataJson.Members(member))
            {
                long until = MetadataJson.LongNumber(queue.Value, "until", 0);
                ResetMark? mark = until == 0 ? null : new ResetMark(
                    MetadataJson.LongNumber(queue.Value, "start", 0), MetadataJson.LongNumber(queue.Value, "end", 0),
                    until);
                resets.Add(new GroupReset(group, new QueueReset(
                    topic, MetadataJson.QueueId(queue.Name), MetadataJson.LongNumber(queue.Value, "count", 0), mark)));
            }
        }

        return resets;
    }
}
