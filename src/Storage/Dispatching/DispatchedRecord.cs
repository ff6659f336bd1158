using OrleansMq.Messages.Properties;
using OrleansMq.Messages.Records;

namespace OrleansMq.Storage.Dispatching;

/// <summary>A confirmed record on its way into the indexes. Valid during the call that hands it over.</summary>
public readonly ref struct DispatchedRecord
{
    /// <summary>Reads what the indexes need, in one walk over the properties.</summary>
    public DispatchedRecord(RecordView record)
    {
        Record = record;
        PhysicalOffset = record.PhysicalOffset;
        StoreTimestamp = record.StoreTimestamp;
        foreach (PropertyPair pair in PropertyBlock.Enumerate(record.Properties))
        {
            if (pair.Name.SequenceEqual(PropertyNames.Tags))
                Tags = pair.Value;
            else if (pair.Name.SequenceEqual(PropertyNames.Keys))
                Keys = pair.Value;
            else if (pair.Name.SequenceEqual(PropertyNames.UniqueKey))
                UniqueKey = pair.Value;
            else if (pair.Name.SequenceEqual(PropertyNames.TimerOutMilliseconds))
                DueTime = pair.Value;
            else if (pair.Name.SequenceEqual(PropertyNames.TimerFrom))
                TimerFrom = pair.Value;
            else if (pair.Name.SequenceEqual(PropertyNames.TransactionFrom))
                TransactionFrom = pair.Value;
            else if (pair.Name.SequenceEqual(PropertyNames.DeadLetterFrom))
                DeadLetterFrom = pair.Value;
        }
    }

    /// <summary>The record itself.</summary>
    public RecordView Record { get; }

    /// <summary>The record's first byte in the log.</summary>
    public long PhysicalOffset { get; }

    /// <summary>When it was stored, Unix milliseconds.</summary>
    public long StoreTimestamp { get; }

    /// <summary>The tag, or empty.</summary>
    public ReadOnlySpan<byte> Tags { get; }

    /// <summary>The space-separated keys, or empty.</summary>
    public ReadOnlySpan<byte> Keys { get; }

    /// <summary>The producer's identifier, or empty.</summary>
    public ReadOnlySpan<byte> UniqueKey { get; }

    /// <summary>When a parked message is due, decimal Unix milliseconds, or empty.</summary>
    public ReadOnlySpan<byte> DueTime { get; }

    /// <summary>For a delivered message, the decimal position of the record that waited for it; else empty.</summary>
    public ReadOnlySpan<byte> TimerFrom { get; }

    /// <summary>The decimal position of the half message that the record is about; else empty.</summary>
    public ReadOnlySpan<byte> TransactionFrom { get; }

    /// <summary>The decimal position of the dead letter that the record was made from; else empty.</summary>
    public ReadOnlySpan<byte> DeadLetterFrom { get; }

    /// <summary>Position behind the record.</summary>
    public long EndOffset => PhysicalOffset + Record.Bytes.Length;
}
