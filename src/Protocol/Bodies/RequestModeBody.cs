using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace OrleansMq.Protocol.Bodies;

/// <summary>
/// How a group gets the messages of a topic: the body of 401. RocketMQ: SetMessageRequestModeRequestBody.
/// </summary>
public sealed class RequestModeBody : ICheckedBody
{
    /// <summary>The topic.</summary>
    public string Topic
    {
        get;
        set => field = value ?? "";
    } = "";

    /// <summary>The group.</summary>
    public string ConsumerGroup
    {
        get;
        set => field = value ?? "";
    } = "";

    /// <summary>Whether it pulls or pops.</summary>
    public MessageRequestMode Mode { get; set; }

    /// <summary>
    /// With how many members beside its own a member's queues are shared; 0 or less for all. RocketMQ:
    /// popShareQueueNum.
    /// </summary>
    public int PopShareQueueNum { get; set; }

    /// <summary>Reads a body; false with a sentence for its sender if it is no such body. Never throws.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> body,
        [NotNullWhen(true)] out RequestModeBody? value,
        [NotNullWhen(false)] out string? problem) =>
        BodyJson.TryRead(body, BodyJsonContext.Instance.RequestModeBody, BodyForm.Standard, out value, out problem);

    /// <summary>Writes the body.</summary>
    public void WriteTo(IBufferWriter<byte> output) =>
        BodyJson.Write(output, this, BodyJsonContext.Instance.RequestModeBody);

    string? ICheckedBody.FindProblem()
    {
        if (Topic.Length == 0)
            return "The request mode has no topic.";
        return ConsumerGroup.Length == 0 ? "The request mode has no consumerGroup." : null;
    }
}
