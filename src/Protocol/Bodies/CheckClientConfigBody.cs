using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace OrleansMq.Protocol.Bodies;

/// <summary>A subscription whose filter is to be checked: 46. RocketMQ: CheckClientRequestBody.</summary>
public sealed class CheckClientConfigBody : ICheckedBody
{
    /// <summary>The client.</summary>
    public string ClientId
    {
        get;
        set => field = value ?? "";
    } = "";

    /// <summary>The consumer's group.</summary>
    public string Group
    {
        get;
        set => field = value ?? "";
    } = "";

    /// <summary>The client's namespace; mostly empty.</summary>
    public string Namespace
    {
        get;
        set => field = value ?? "";
    } = "";

    /// <summary>The subscription.</summary>
    public SubscriptionData SubscriptionData { get; set; } = new();

    /// <summary>Reads a body; false with a sentence for its sender if it is no such body. Never throws.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> body,
        [NotNullWhen(true)] out CheckClientConfigBody? value,
        [NotNullWhen(false)] out string? problem) =>
        BodyJson.TryRead(
            body, BodyJsonContext.Instance.CheckClientConfigBody, BodyForm.Standard, out value, out problem);

    /// <summary>Writes the body.</summary>
    public void WriteTo(IBufferWriter<byte> output) =>
        BodyJson.Write(output, this, BodyJsonContext.Instance.CheckClientConfigBody);

    string? ICheckedBody.FindProblem()
    {
        if (Group.Length == 0)
            return "The request has no group.";
        return SubscriptionData is null || SubscriptionData.Topic.Length == 0
            ? "The request has no subscriptionData with a topic."
            : null;
    }
}
