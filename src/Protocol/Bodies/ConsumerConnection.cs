using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace OrleansMq.Protocol.Bodies;

/// <summary>The connections of a consumer group: the answer to 203. RocketMQ: ConsumerConnection.</summary>
public sealed class ConsumerConnection
{
    /// <summary>The members. RocketMQ: connectionSet.</summary>
    [JsonPropertyName("connectionSet")]
    public List<ClientConnection> Connections
    {
        get;
        set => field = BodyValues.WithoutNulls(value);
    } = [];

    /// <summary>What the group wants, by topic. RocketMQ: subscriptionTable.</summary>
    [JsonPropertyName("subscriptionTable")]
    public Dictionary<string, SubscriptionData> Subscriptions
    {
        get;
        set => field = BodyValues.WithoutNulls(value);
    } = [];

    /// <summary>How the group consumes.</summary>
    public ConsumeType ConsumeType { get; set; } = ConsumeType.ConsumePassively;

    /// <summary>Whether the members share the messages.</summary>
    public MessageModel MessageModel { get; set; } = MessageModel.Clustering;

    /// <summary>Where a group without offsets begins.</summary>
    public ConsumeFromWhere ConsumeFromWhere { get; set; }

    /// <summary>Reads a body; false with a sentence for its sender if it is no such body. Never throws.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> body,
        [NotNullWhen(true)] out ConsumerConnection? value,
        [NotNullWhen(false)] out string? problem) =>
        BodyJson.TryRead(body, BodyJsonContext.Instance.ConsumerConnection, BodyForm.Standard, out value, out problem);

    /// <summary>Writes the body.</summary>
    public void WriteTo(IBufferWriter<byte> output) =>
        BodyJson.Write(output, this, BodyJsonContext.Instance.ConsumerConnection);
}
