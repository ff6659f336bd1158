using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace OrleansMq.Protocol.Bodies;

/// <summary>The queues that a consumer gets: the answer to 400. RocketMQ: QueryAssignmentResponseBody.</summary>
public sealed class AssignmentList
{
    /// <summary>
    /// The queues; null when it is not known yet, so that the consumer keeps what it has and asks again.
    /// </summary>
    public List<MessageQueueAssignment>? MessageQueueAssignments { get; set; }

    /// <summary>Reads a body; false with a sentence for its sender if it is no such body. Never throws.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> body,
        [NotNullWhen(true)] out AssignmentList? value,
        [NotNullWhen(false)] out string? problem) =>
        BodyJson.TryRead(body, BodyJsonContext.Instance.AssignmentList, BodyForm.Standard, out value, out problem);

    /// <summary>Writes the body.</summary>
    public void WriteTo(IBufferWriter<byte> output) =>
        BodyJson.Write(output, this, BodyJsonContext.Instance.AssignmentList);
}

/// <summary>A queue, and how a consumer gets its messages.</summary>
public sealed class MessageQueueAssignment
{
    /// <summary>The queue; -1 stands for all of a broker.</summary>
    public MessageQueueKey MessageQueue { get; set; }

    /// <summary>Whether it pulls or pops.</summary>
    public MessageRequestMode Mode { get; set; }
}
