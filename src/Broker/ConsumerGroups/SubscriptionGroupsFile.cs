using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using OrleansMq.Broker.Metadata;

namespace OrleansMq.Broker.ConsumerGroups;

/// <summary>The consumer groups of a broker and the version of their table.</summary>
/// <param name="Groups">The groups.</param>
/// <param name="Version">The version.</param>
public sealed record SubscriptionGroupTable(IReadOnlyList<SubscriptionGroupConfig> Groups, DataVersion Version);

/// <summary>The layout of <c>subscriptionGroup.json</c>. RocketMQ: <c>SubscriptionGroupManager</c>.</summary>
public static class SubscriptionGroupsFile
{
    /// <summary>The file's name.</summary>
    public const string Name = "subscriptionGroup.json";

    /// <summary>Writes the file.</summary>
    public static byte[] Encode(SubscriptionGroupTable table) => MetadataJson.Write(writer =>
    {
        MetadataJson.WriteVersion(writer, table.Version);
        writer.WriteStartObject("subscriptionGroupTable");
        foreach (SubscriptionGroupConfig group in table.Groups)
        {
            writer.WriteStartObject(group.Name);
            MetadataJson.WriteTexts(writer, "attributes", group.Attributes);
            writer.WriteNumber("brokerId", group.BrokerId);
            writer.WriteBoolean("consumeBroadcastEnable", group.ConsumeBroadcastEnable);
            writer.WriteBoolean("consumeEnable", group.ConsumeEnable);
            writer.WriteBoolean("consumeFromMinEnable", group.ConsumeFromMinEnable);
            writer.WriteBoolean("consumeMessageOrderly", group.ConsumeMessageOrderly);
            writer.WriteNumber("consumeTimeoutMinute", group.ConsumeTimeoutMinutes);
            writer.WriteString("groupName", group.Name);
            writer.WriteNumber("groupSysFlag", group.SystemFlag);
            writer.WriteBoolean("notifyConsumerIdsChangedEnable", group.NotifyConsumerIdsChangedEnable);
            writer.WriteNumber("retryMaxTimes", group.RetryMaxTimes);
            writer.WriteNumber("retryQueueNums", group.RetryQueues);
            writer.WriteNumber("whichBrokerWhenConsumeSlowly", group.WhichBrokerWhenConsumeSlowly);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    });

    /// <summary>Reads the file. Never throws; damaged content gives a problem.</summary>
    public static bool TryDecode(
        ReadOnlySpan<byte> content,
        [NotNullWhen(true)] out SubscriptionGroupTable? table,
        [NotNullWhen(false)] out string? problem) => MetadataJson.TryRead(content, Read, out table, out problem);

    private static SubscriptionGroupTable Read(JsonElement root)
    {
        IEnumerable<JsonProperty> members = MetadataJson.Members(root, "subscriptionGroupTable");
        SubscriptionGroupConfig[] groups = [.. members.Select(ReadGroup)];
        return new SubscriptionGroupTable(groups, MetadataJson.Version(root));
    }

    private static SubscriptionGroupConfig ReadGroup(JsonProperty member)
    {
        JsonElement fields = member.Value;
        return new SubscriptionGroupConfig
        {
            Name = member.Name,
            ConsumeEnable = MetadataJson.Flag(fields, "consumeEnable", true),
            ConsumeFromMinEnable = MetadataJson.Flag(fields, "consumeFromMinEnable", true),
            ConsumeBroadcastEnable = MetadataJson.Flag(fields, "consumeBroadcastEnable", true),
            ConsumeMessageOrderly = MetadataJson.Flag(fields, "consumeMessageOrderly", false),
            RetryQueues = MetadataJson.Number(fields, "retryQueueNums", 1),
            RetryMaxTimes = MetadataJson.Number(fields, "retryMaxTimes", 16),
            BrokerId = MetadataJson.LongNumber(fields, "brokerId", 0),
            WhichBrokerWhenConsumeSlowly = MetadataJson.LongNumber(fields, "whichBrokerWhenConsumeSlowly", 1),
            NotifyConsumerIdsChangedEnable = MetadataJson.Flag(fields, "notifyConsumerIdsChangedEnable", true),
            SystemFlag = MetadataJson.Number(fields, "groupSysFlag", 0),
            ConsumeTimeoutMinutes = MetadataJson.Number(fields, "consumeTimeoutMinute", 15),
            Attributes = MetadataJson.Texts(fields, "attributes"),
        };
    }
}
