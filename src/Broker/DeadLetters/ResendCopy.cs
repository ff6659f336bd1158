using System.Text;
using OrleansMq.Broker.Delays;
using OrleansMq.Broker.Retries;
using OrleansMq.Messages.Properties;
using OrleansMq.Messages.Records;
using OrleansMq.Messages.Topics;

namespace OrleansMq.Broker.DeadLetters;

/// <summary>The message that is made from a dead letter which is sent again.</summary>
public static class ResendCopy
{
    /// <summary>
    /// The properties: where the message first came from, and the dead letter that it was made from. It may be tried as
    /// often as a new one.
    /// </summary>
    /// <param name="properties">The dead letter's properties, without a whole-record checksum.</param>
    /// <param name="physicalOffset">Where the dead letter stands.</param>
    /// <param name="target">Who is to see the message.</param>
    public static byte[] PropertiesOf(ReadOnlySpan<byte> properties, long physicalOffset, ResendTarget target)
    {
        PropertyEditor editor = ParkedMessage.WithoutDelay(new PropertyEditor())
            .Remove(PropertyNames.DeadLetterOriginTopic)
            .Remove(PropertyNames.DeadLetterOriginMessageId)
            .Remove(PropertyNames.DeadLetterReason)
            .Remove(PropertyNames.DeadLetterAttempts)
            .Remove(PropertyNames.DeadLetterConsumer)
            .Remove(PropertyNames.DeadLetterError)
            .Remove(PropertyNames.PopFrom)
            .Remove(PropertyNames.ReconsumeTime)
            .Remove(PropertyNames.MaxReconsumeTimes);
        if (target == ResendTarget.Topic)
            editor.Remove(PropertyNames.RetryTopic);
        return editor.Set(PropertyNames.DeadLetterFrom, physicalOffset).ApplyTo(properties);
    }

    /// <summary>
    /// The topic that the message goes to; empty when the dead letter does not say where it came from.
    /// </summary>
    /// <param name="letter">The dead letter.</param>
    /// <param name="group">The group that gave it up.</param>
    /// <param name="target">Who is to see the message.</param>
    public static string TopicOf(RecordView letter, string group, ResendTarget target) =>
        target == ResendTarget.Group ? TopicNames.RetryOf(group) : OriginTopicOf(letter.Properties);

    /// <summary>The topic that a dead letter came from; empty when it does not say.</summary>
    public static string OriginTopicOf(ReadOnlySpan<byte> properties)
    {
        bool isSaid = PropertyBlock.TryGet(
            properties, PropertyNames.DeadLetterOriginTopic, out ReadOnlySpan<byte> topic) && !topic.IsEmpty;
        return Encoding.UTF8.GetString(isSaid ? topic : RetryCopy.OriginTopic(properties, []));
    }
}
