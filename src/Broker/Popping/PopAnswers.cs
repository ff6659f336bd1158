using OrleansMq.Broker.Sending;
using OrleansMq.Protocol.Codes;

namespace OrleansMq.Broker.Popping;

/// <summary>What consumers are told when nothing had to be stored.</summary>
internal static class PopAnswers
{
    /// <summary>It is so already.</summary>
    public static SendResult Nothing() => new(ResponseCode.Success, null, default, -1, false);

    /// <summary>The group does not pop from the queue.</summary>
    public static SendResult Unknown(PopKey key) => SendResult.Refused(
        ResponseCode.NoMessage,
        $"The group '{key.Group}' has popped nothing from the queue {key.QueueId} of '{key.Topic}'.");

    /// <summary>The receipt does not allow it.</summary>
    public static SendResult Refuse(PopKey key, ReceiptStatus status) => SendResult.Refused(
        ResponseCode.NoMessage,
        status switch
        {
            ReceiptStatus.Earlier =>
                "The message was handed out again since, so that its time is no longer this consumer's to change; it "
                + "can still be acknowledged.",
            ReceiptStatus.Finished => "The message was acknowledged or became a dead letter already.",
            ReceiptStatus.BeforeReset =>
                $"The offset of the group '{key.Group}' was set since the message was handed out; it may come again.",
            _ => $"No such message of the queue {key.QueueId} of '{key.Topic}' was handed out to '{key.Group}'; give "
                + "the handle that it came with.",
        });
}
