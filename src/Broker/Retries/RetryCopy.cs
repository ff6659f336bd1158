using System.Text;
using OrleansMq.Broker.DeadLetters;
using OrleansMq.Broker.Delays;
using OrleansMq.Messages.Identity;
using OrleansMq.Messages.Properties;
using OrleansMq.Protocol.Requests;

namespace OrleansMq.Broker.Retries;

/// <summary>
/// The properties of the copies that are made of a message which could not be consumed. A copy waits for its flush
/// like any message: once the consumer hears of success it forgets the original.
/// </summary>
public static class RetryCopy
{
    /// <summary>The properties of the copy for the retry topic, before it is parked.</summary>
    /// <param name="properties">The original's properties, without a whole-record checksum.</param>
    /// <param name="topic">The topic that the original was read from, UTF-8.</param>
    /// <param name="messageId">The original's offset message id.</param>
    /// <param name="level">The delay level, 1 and up.</param>
    /// <param name="delayMilliseconds">How long it waits instead; below 0 for as long as the level says.</param>
    public static byte[] ForRetry(
        ReadOnlySpan<byte> properties, ReadOnlySpan<byte> topic, string messageId, int level,
        long delayMilliseconds = -1)
    {
        PropertyEditor editor = Descend(properties, topic, messageId);
        return delayMilliseconds < 0
            ? editor.Set(PropertyNames.DelayLevel, level).ApplyTo(properties)
            : editor.Set(PropertyNames.TimerDelayMilliseconds, delayMilliseconds).ApplyTo(properties);
    }

    /// <summary>The properties of the copy for the dead-letter topic.</summary>
    /// <param name="properties">The original's properties, without a whole-record checksum.</param>
    /// <param name="topic">The topic that the original was read from, UTF-8.</param>
    /// <param name="messageId">The original's offset message id.</param>
    /// <param name="cause">Why it is given up.</param>
    public static byte[] ForDeadLetter(
        ReadOnlySpan<byte> properties, ReadOnlySpan<byte> topic, string messageId, DeadLetterCause cause) =>
        cause.WriteTo(Descend(properties, topic, messageId))
            .Set(PropertyNames.DeadLetterOriginTopic, OriginTopic(properties, topic))
            .Set(PropertyNames.DeadLetterOriginMessageId, OriginId(properties, Encoding.UTF8.GetBytes(messageId)))
            .ApplyTo(properties);

    /// <summary>
    /// The same for a copy that a consumer sends itself, after its last try: it knows where the message came from, or
    /// else the message is known by its producer's identifier.
    /// </summary>
    /// <param name="request">What the consumer sends.</param>
    /// <param name="consumer">Its address.</param>
    internal static byte[] ForDeadLetter(scoped SendMessageRequest request, HostAddress consumer)
    {
        PropertyBlock.TryGet(request.Properties, PropertyNames.UniqueKey, out ReadOnlySpan<byte> uniqueKey);
        var cause = new DeadLetterCause(
            DeadLetterReason.AttemptsUsedUp, request.ReconsumeTimes, consumer.ToString());
        return ForDeadLetter(request.Properties, request.Topic, Encoding.UTF8.GetString(uniqueKey), cause);
    }

    /// <summary>The topic in which a message was first consumed: that of the message before all retries.</summary>
    public static ReadOnlySpan<byte> OriginTopic(ReadOnlySpan<byte> properties, ReadOnlySpan<byte> topic) =>
        PropertyBlock.TryGet(properties, PropertyNames.RetryTopic, out ReadOnlySpan<byte> origin) && !origin.IsEmpty
            ? origin
            : topic;

    private static PropertyEditor Descend(ReadOnlySpan<byte> properties, ReadOnlySpan<byte> topic, string messageId) =>
        ParkedMessage.WithoutDelay(new PropertyEditor())
            .Remove(PropertyNames.Wait)
            .Remove(PropertyNames.DeadLetterFrom)
            .Set(PropertyNames.RetryTopic, OriginTopic(properties, topic))
            .Set(PropertyNames.OriginMessageId, OriginId(properties, Encoding.UTF8.GetBytes(messageId)));

    private static ReadOnlySpan<byte> OriginId(ReadOnlySpan<byte> properties, ReadOnlySpan<byte> messageId)
    {
        bool isThere = PropertyBlock.TryGet(properties, PropertyNames.OriginMessageId, out ReadOnlySpan<byte> origin);
        return isThere && !origin.IsEmpty ? origin : messageId;
    }
}
