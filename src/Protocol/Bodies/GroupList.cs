using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace OrleansMq.Protocol.Bodies;

/// <summary>The consumer groups of a topic: the answer to 300. RocketMQ: GroupList.</summary>
public sealed class GroupList
{
    /// <summary>The groups. RocketMQ: groupList.</summary>
    [JsonPropertyName("groupList")]
    public List<string> Groups
    {
        get;
        set => field = BodyValues.WithoutNulls(value);
    } = [];

    /// <summary>Reads a body; false with a sentence for its sender if it is no such body. Never throws.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> body,
        [NotNullWhen(true)] out GroupList? value,
        [NotNullWhen(false)] out string? problem) =>
        BodyJson.TryRead(body, BodyJsonContext.Instance.GroupList, BodyForm.Standard, out value, out problem);

    /// <summary>Writes the body.</summary>
    public void WriteTo(IBufferWriter<byte> output) =>
        BodyJson.Write(output, this, BodyJsonContext.Instance.GroupList);
}
