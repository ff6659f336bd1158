using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace OrleansMq.Protocol.Bodies;

/// <summary>Topics to be created or changed: 18. RocketMQ: CreateTopicListRequestBody.</summary>
public sealed class TopicConfigList : ICheckedBody
{
    /// <summary>The topics. RocketMQ: topicConfigList.</summary>
    [JsonPropertyName("topicConfigList")]
    public List<TopicConfig> Topics
    {
        get;
        set => field = BodyValues.WithoutNulls(value);
    } = [];

    /// <summary>Reads a body; false with a sentence for its sender if it is no such body. Never throws.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> body,
        [NotNullWhen(true)] out TopicConfigList? value,
        [NotNullWhen(false)] out string? problem) =>
        BodyJson.TryRead(body, BodyJsonContext.Instance.TopicConfigList, BodyForm.Standard, out value, out problem);

    /// <summary>Writes the body.</summary>
    public void WriteTo(IBufferWriter<byte> output) =>
        BodyJson.Write(output, this, BodyJsonContext.Instance.TopicConfigList);

    string? ICheckedBody.FindProblem() => Topics.Count == 0 ? "The body has no topicConfigList."
        : Topics.Exists(topic => topic.TopicName.Length == 0) ? "A topic of the list has no topicName."
        : Topics.Find(topic => topic.Attributes.Any(HasComma)) is { } wrong
            ? $"An attribute of the topic '{wrong.TopicName}' has a comma, which none may have."
        : null;

    private static bool HasComma(KeyValuePair<string, string> attribute) =>
        attribute.Key.Contains(',', StringComparison.Ordinal)
        || attribute.Value.Contains(',', StringComparison.Ordinal);
}
