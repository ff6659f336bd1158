using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace OrleansMq.Protocol.Bodies;

/// <summary>
/// What a group wants of a topic: the answer to 345. RocketMQ: QuerySubscriptionResponseBody.
/// </summary>
public sealed class GroupSubscription
{
    /// <summary>The subscription; null when no member of the group has one.</summary>
    public SubscriptionData? SubscriptionData { get; set; }

    /// <summary>The group.</summary>
    public string Group
    {
        get;
        set => field = value ?? "";
    } = "";

    /// <summary>The topic.</summary>
    public string Topic
    {
        get;
        set => field = value ?? "";
    } = "";

    /// <summary>Reads a body; false with a sentence for its sender if it is no such body. Never throws.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> body,
        [NotNullWhen(true)] out GroupSubscription? value,
        [NotNullWhen(false)] out string? problem) =>
        BodyJson.TryRead(body, BodyJsonContext.Instance.GroupSubscription, BodyForm.Standard, out value, out problem);

    /// <summary>Writes the body.</summary>
    public void WriteTo(IBufferWriter<byte> output) =>
        BodyJson.Write(output, this, BodyJsonContext.Instance.GroupSubscription);
}
