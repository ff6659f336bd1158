using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace OrleansMq.Protocol.Bodies;

/// <summary>Groups to be created or changed: 225. RocketMQ: SubscriptionGroupList.</summary>
public sealed class SubscriptionGroupList : ICheckedBody
{
    /// <summary>The groups. RocketMQ: groupConfigList.</summary>
    [JsonPropertyName("groupConfigList")]
    public List<SubscriptionGroupConfig> Groups
    {
        get;
        set => field = BodyValues.WithoutNulls(value);
    } = [];

    /// <summary>Reads a body; false with a sentence for its sender if it is no such body. Never throws.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> body,
        [NotNullWhen(true)] out SubscriptionGroupList? value,
        [NotNullWhen(false)] out string? problem) => BodyJson.TryRead(
            body, BodyJsonContext.Instance.SubscriptionGroupList, BodyForm.Standard, out value, out problem);

    /// <summary>Writes the body.</summary>
    public void WriteTo(IBufferWriter<byte> output) =>
        BodyJson.Write(output, this, BodyJsonContext.Instance.SubscriptionGroupList);

    string? ICheckedBody.FindProblem() => Groups.Count == 0
        ? "The body has no groupConfigList."
        : Groups.Select(group => ((ICheckedBody)group).FindProblem()).FirstOrDefault(problem => problem is not null);
}
