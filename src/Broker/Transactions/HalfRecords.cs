using System.Buffers.Text;
using System.Text;
using OrleansMq.Messages.Properties;
using OrleansMq.Messages.Records;

namespace OrleansMq.Broker.Transactions;

/// <summary>What a record of the transaction topics says about its half message.</summary>
internal enum HalfOperation
{
    /// <summary>Nothing that this broker knows.</summary>
    Unknown,

    /// <summary>The transaction was rolled back.</summary>
    RolledBack,

    /// <summary>The producer is asked; the record says how often it was by now.</summary>
    Checked,

    /// <summary>Nobody is asked any more. The record is a copy of the message, to be read by operators.</summary>
    Parked,

    /// <summary>An operator has the producer asked again.</summary>
    Resumed,
}

/// <summary>
/// The records by which a transaction lives in the log. A committed message names the half message it was made from, so
/// that one append both stores it and ends the transaction; every other step is a record of its own.
/// </summary>
internal static class HalfRecords
{
    public static ReadOnlySpan<byte> HalfTopic => "RMQ_SYS_TRANS_HALF_TOPIC"u8;

    public static ReadOnlySpan<byte> OperationTopic => "RMQ_SYS_TRANS_OP_HALF_TOPIC"u8;

    public static ReadOnlySpan<byte> ParkedTopic => "TRANS_CHECK_MAX_TIME_TOPIC"u8;

    /// <summary>The tag by which RocketMQ knows the end of a half message.</summary>
    private static ReadOnlySpan<byte> EndTag => "d"u8;

    private static ReadOnlySpan<byte> RolledBack => "rolled-back"u8;

    private static ReadOnlySpan<byte> Checked => "checked"u8;

    private static ReadOnlySpan<byte> Parked => "parked"u8;

    private static ReadOnlySpan<byte> Resumed => "resumed"u8;

    /// <summary>Whether a record is a half message.</summary>
    public static bool IsHalf(RecordView record) => record.Topic.SequenceEqual(HalfTopic)
        && PropertyBlock.TryGet(record.Properties, PropertyNames.RealTopic, out ReadOnlySpan<byte> topic)
        && !topic.IsEmpty
        && TryReadNumber(record.Properties, PropertyNames.RealQueueId, out long queueId)
        && queueId <= int.MaxValue;

    /// <summary>The properties of a half message: where it is for.</summary>
    public static byte[] Prepare(ReadOnlySpan<byte> properties, ReadOnlySpan<byte> topic, int queueId) =>
        new PropertyEditor()
            .Remove(PropertyNames.RecordChecksum)
            .Remove(PropertyNames.TransactionFrom)
            .Remove(PropertyNames.TransactionOperation)
            .Set(PropertyNames.RealTopic, topic)
            .Set(PropertyNames.RealQueueId, queueId)
            .ApplyTo(properties);

    /// <summary>The properties of the message that comes out of a half message.</summary>
    public static byte[] Commit(RecordView half) => WithoutPlace()
        .Remove(PropertyNames.TransactionPrepared)
        .Set(PropertyNames.TransactionFrom, half.PhysicalOffset)
        .ApplyTo(half.PropertiesWithoutChecksum);

    /// <summary>The properties of a half message as its producer is shown it.</summary>
    public static byte[] Question(RecordView half, int checks) => WithoutPlace()
        .Set(PropertyNames.TransactionCheckTimes, checks)
        .ApplyTo(half.PropertiesWithoutChecksum);

    /// <summary>The properties of the copy that operators find.</summary>
    public static byte[] Park(RecordView half) => new PropertyEditor()
        .Remove(PropertyNames.TransactionPrepared)
        .Set(PropertyNames.TransactionFrom, half.PhysicalOffset)
        .Set(PropertyNames.TransactionOperation, Parked)
        .ApplyTo(half.PropertiesWithoutChecksum);

    /// <summary>The properties of a record that has nothing to say but what happened.</summary>
    public static byte[] Operation(HalfOperation operation, long physicalOffset, int checks)
    {
        PropertyEditor editor = new PropertyEditor().Set(PropertyNames.TransactionFrom, physicalOffset);
        switch (operation)
        {
            case HalfOperation.RolledBack:
                editor.Set(PropertyNames.TransactionOperation, RolledBack).Set(PropertyNames.Tags, EndTag);
                break;
            case HalfOperation.Checked:
                editor.Set(PropertyNames.TransactionOperation, Checked)
                    .Set(PropertyNames.TransactionCheckTimes, checks);
                break;
            case HalfOperation.Resumed:
                editor.Set(PropertyNames.TransactionOperation, Resumed);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(operation), operation, "It has no record of its own.");
        }

        return editor.ApplyTo([]);
    }

    /// <summary>What a record says happened, and how often its producer was asked.</summary>
    public static HalfOperation ReadOperation(RecordView record, out int checks)
    {
        checks = TryReadNumber(record.Properties, PropertyNames.TransactionCheckTimes, out long number)
            ? (int)Math.Min(number, int.MaxValue)
            : 0;
        PropertyBlock.TryGet(
            record.Properties, PropertyNames.TransactionOperation, out ReadOnlySpan<byte> operation);
        return operation.SequenceEqual(RolledBack) ? HalfOperation.RolledBack
            : operation.SequenceEqual(Checked) ? HalfOperation.Checked
            : operation.SequenceEqual(Parked) ? HalfOperation.Parked
            : operation.SequenceEqual(Resumed) ? HalfOperation.Resumed
            : HalfOperation.Unknown;
    }

    /// <summary>How long a half message is not asked about, or null when it does not say.</summary>
    public static long? ImmunityMilliseconds(ReadOnlySpan<byte> properties) =>
        TryReadNumber(properties, PropertyNames.CheckImmunitySeconds, out long seconds)
            ? Math.Min(seconds, int.MaxValue) * 1_000
            : null;

    public static string TextOf(ReadOnlySpan<byte> properties, ReadOnlySpan<byte> name) =>
        PropertyBlock.TryGet(properties, name, out ReadOnlySpan<byte> text) ? Encoding.UTF8.GetString(text) : "";

    public static byte[] TextOf(long number) =>
        Encoding.ASCII.GetBytes(number.ToString(System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>The topic of a half message, a slice of it, and its queue.</summary>
    public static ReadOnlySpan<byte> DestinationOf(RecordView half, out int queueId)
    {
        PropertyBlock.TryGet(half.Properties, PropertyNames.RealTopic, out ReadOnlySpan<byte> topic);
        TryReadNumber(half.Properties, PropertyNames.RealQueueId, out long number);
        queueId = (int)number;
        return topic;
    }

    /// <summary>Where the half message stands of which a record is the parked copy.</summary>
    public static bool TryReadParkedFrom(RecordView record, out long physicalOffset)
    {
        physicalOffset = 0;
        return record.Topic.SequenceEqual(ParkedTopic)
            && TryReadNumber(record.Properties, PropertyNames.TransactionFrom, out physicalOffset);
    }

    private static PropertyEditor WithoutPlace() => new PropertyEditor()
        .Remove(PropertyNames.RealTopic)
        .Remove(PropertyNames.RealQueueId);

    private static bool TryReadNumber(ReadOnlySpan<byte> properties, ReadOnlySpan<byte> name, out long number)
    {
        number = 0;
        return PropertyBlock.TryGet(properties, name, out ReadOnlySpan<byte> text)
            && Utf8Parser.TryParse(text, out number, out int consumed)
            && consumed == text.Length
            && number >= 0;
    }
}
