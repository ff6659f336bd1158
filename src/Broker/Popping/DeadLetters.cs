using System.Buffers.Text;
using System.Globalization;
using System.Text;
using OrleansMq.Broker.DeadLetters;
using OrleansMq.Broker.Delays;
using OrleansMq.Broker.Retries;
using OrleansMq.Messages.Identity;
using OrleansMq.Messages.Properties;
using OrleansMq.Messages.Records;
using OrleansMq.Messages.Topics;

namespace OrleansMq.Broker.Popping;

/// <summary>
/// Dead letters that were popped too often. Each names the message that it ends: queue, offset and topic; the group is
/// that of the dead-letter topic.
/// </summary>
internal static class DeadLetters
{
    private static readonly byte[] Prefix = Encoding.ASCII.GetBytes(TopicNames.DeadLetterPrefix);

    /// <summary>Whether a record may be one of them.</summary>
    public static bool IsDeadLetter(RecordView record) => record.Topic.StartsWith(Prefix);

    /// <summary>The properties of the dead letter of a message.</summary>
    public static byte[] Properties(RecordView record, PopKey key, int attempts)
    {
        string messageId = new OffsetMessageId(record.StoreHost, record.PhysicalOffset).ToString();
        string origin = string.Create(CultureInfo.InvariantCulture, $"{key.QueueId} {record.QueueOffset} {key.Topic}");
        return new PropertyEditor()
            .Set(PropertyNames.PopFrom, Encoding.UTF8.GetBytes(origin))
            .ApplyTo(RetryCopy.ForDeadLetter(
                ParkedMessage.WithoutBrokerProperties(record.Properties), record.Topic, messageId,
                new DeadLetterCause(DeadLetterReason.AttemptsUsedUp, attempts, "")));
    }

    /// <summary>Which message a dead letter ends; false when it was not popped.</summary>
    public static bool TryReadOrigin(RecordView record, out PopKey key, out long offset)
    {
        key = default;
        offset = 0;
        if (!PropertyBlock.TryGet(record.Properties, PropertyNames.PopFrom, out ReadOnlySpan<byte> origin)
            || !Utf8Parser.TryParse(origin, out int queueId, out int used) || used + 1 >= origin.Length)
            return false;

        origin = origin[(used + 1)..];
        if (!Utf8Parser.TryParse(origin, out offset, out used) || used + 1 >= origin.Length)
            return false;

        key = new PopKey(
            Encoding.UTF8.GetString(record.Topic[Prefix.Length..]), Encoding.UTF8.GetString(origin[(used + 1)..]),
            queueId);
        return true;
    }
}
