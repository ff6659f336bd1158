using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace OrleansMq.Protocol.Bodies;

/// <summary>
/// A consumer asks which queues of a topic it gets: the body of 400. RocketMQ: QueryAssignmentRequestBody.
/// </summary>
public sealed class AssignmentQuestion : ICheckedBody
{
    /// <summary>The topic.</summary>
    public string Topic
    {
        get;
        set => field = value ?? "";
    } = "";

    /// <summary>The consumer's group.</summary>
    public string ConsumerGroup
    {
        get;
        set => field = value ?? "";
    } = "";

    /// <summary>The consumer.</summary>
    public string ClientId
    {
        get;
        set => field = value ?? "";
    } = "";

    /// <summary>By which rule the queues are shared out: AVG or AVG_BY_CIRCLE.</summary>
    public string StrategyName
    {
        get;
        set => field = value ?? "";
    } = "";

    /// <summary>Whether they are shared out at all.</summary>
    public MessageModel MessageModel { get; set; }

    /// <summary>Reads a body; false with a sentence for its sender if it is no such body. Never throws.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> body,
        [NotNullWhen(true)] out AssignmentQuestion? value,
        [NotNullWhen(false)] out string? problem) => BodyJson.TryRead(
            body, BodyJsonContext.Instance.AssignmentQuestion, BodyForm.Standard, out value, out problem);

    /// <summary>Writes the body.</summary>
    public void WriteTo(IBufferWriter<byte> output) =>
        BodyJson.Write(output, this, BodyJsonContext.Instance.AssignmentQuestion);

    string? ICheckedBody.FindProblem()
    {
        if (Topic.Length == 0)
            return "The question for queues has no topic.";
        if (ConsumerGroup.Length == 0)
            return "The question for queues has no consumerGroup.";
        return ClientId.Length == 0 ? "The question for queues has no clientId." : null;
    }
}
