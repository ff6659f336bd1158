using OrleansMq.Client.Receiving;
using OrleansMq.Protocol.Requests;

namespace OrleansMq.Client.Popping;

/// <summary>A message that is this client's for a while.</summary>
/// <param name="Group">The consumer's group.</param>
/// <param name="Message">The message; how often it was handed out before stands in it.</param>
/// <param name="Delivery">Which delivery of it this is.</param>
public sealed record PoppedMessage(string Group, ReceivedMessage Message, PopHandle Delivery)
{
    /// <summary>From when on others may get it.</summary>
    public DateTimeOffset VisibleAt =>
        DateTimeOffset.FromUnixTimeMilliseconds(Delivery.PopTime + Delivery.InvisibleTime);

    /// <summary>The text by which a broker knows the delivery. RocketMQ: extraInfo.</summary>
    public string Handle => Delivery.Of(Message.QueueOffset);
}
