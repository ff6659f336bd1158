using OrleansMq.Protocol.Codes;

namespace OrleansMq.Client.Sending;

/// <summary>A message as it goes out.</summary>
/// <param name="Message">The message with its identifier.</param>
/// <param name="Body">Its body, compressed or not.</param>
/// <param name="IsCompressed">Whether the body is compressed.</param>
/// <param name="QueueId">The queue; negative leaves the choice to the broker.</param>
/// <param name="IsOneWay">Whether no answer is wanted.</param>
internal readonly record struct SingleSend(
    OutgoingMessage Message, ReadOnlyMemory<byte> Body, bool IsCompressed, int QueueId, bool IsOneWay)
{
    /// <summary>Which request sends it: a plain message's, or a reply's.</summary>
    public RequestCode Code { get; init; } = RequestCode.SendMessageV2;
}

/// <summary>Messages that go out together.</summary>
/// <param name="Topic">Their topic.</param>
/// <param name="Messages">The messages, at least one.</param>
/// <param name="QueueId">The queue; negative leaves the choice to the broker.</param>
internal readonly record struct BatchSend(string Topic, ReadOnlyMemory<OutgoingMessage> Messages, int QueueId);
