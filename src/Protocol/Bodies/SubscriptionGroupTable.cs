using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace OrleansMq.Protocol.Bodies;

/// <summary>The settings of all consumer groups: the answer to 201. RocketMQ: SubscriptionGroupWrapper.</summary>
public sealed class SubscriptionGroupTable
{
    /// <summary>The settings by group. RocketMQ: subscriptionGroupTable.</summary>
    [JsonPropertyName("subscriptionGroupTable")]
    public Dictionary<string, SubscriptionGroupConfig> Groups
    {
        get;
        set => field = BodyValues.WithoutNulls(value);
    } = [];

    /// <summary>The version of the table.</summary>
    public DataVersion? DataVersion { get; set; }

    /// <summary>Reads a body; false with a sentence for its sender if it is no such body. Never throws.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> body,
        [NotNullWhen(true)] out SubscriptionGroupTable? value,
        [NotNullWhen(false)] out string? problem) =>
        BodyJson.TryRead(
            body, BodyJsonContext.Instance.SubscriptionGroupTable, BodyForm.Standard, out value, out problem);

    /// <summary>Writes the body.</summary>
    public void WriteTo(IBufferWriter<byte> output) =>
        BodyJson.Write(output, this, BodyJsonContext.Instance.SubscriptionGroupTable);
}
