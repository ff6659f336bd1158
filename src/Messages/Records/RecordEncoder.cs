using System.Buffers.Binary;
using OrleansMq.Messages.Checksums;
using OrleansMq.Messages.Properties;

namespace OrleansMq.Messages.Records;

/// <summary>
/// Writes a record in two steps: the constructor measures it and sums up what does not depend on its place, so that
/// under a log's append lock only <see cref="Write"/> remains: one copy and the checksum of some 88 bytes.
/// Benchmark: <c>AppendBenchmarks</c>.
/// </summary>
public readonly ref struct RecordEncoder
{
    private readonly MessageDraft _draft;
    private readonly SystemFlags _flags;
    private readonly int _bodyCrc;
    private readonly int _propertiesBytes;
    private readonly int _checkedTailBytes;
    private readonly uint _checkedTailCrc;

    /// <summary>Measures the record and computes the checksum of its body, topic and properties.</summary>
    /// <exception cref="ArgumentException">Topic or properties are longer than a record can hold.</exception>
    public RecordEncoder(MessageDraft draft)
    {
        if (draft.Topic.Length is 0 or > RecordLayout.MaxTopicBytes)
        {
            throw new ArgumentException(
                $"A topic has 1 to {RecordLayout.MaxTopicBytes} bytes, not {draft.Topic.Length}.");
        }

        if (PropertiesBytesOf(draft.Properties) > PropertyBlock.MaxBytes)
            throw new ArgumentException($"Properties of {draft.Properties.Length} bytes do not fit into a record.");

        _draft = draft;
        _flags = (draft.SystemFlags & ~(SystemFlags.BornHostIPv6 | SystemFlags.StoreHostIPv6))
            | (draft.BornHost.IsIPv6 ? SystemFlags.BornHostIPv6 : 0)
            | (draft.StoreHost.IsIPv6 ? SystemFlags.StoreHostIPv6 : 0);
        _propertiesBytes = PropertiesBytesOf(draft.Properties);

        int afterBodyBytes = TopicBytes + _propertiesBytes - RecordChecksum.SizeBytes;
        _checkedTailBytes = draft.Body.Length + afterBodyBytes;
        SizeBytes = RecordLayout.BodyAt(_flags) + _checkedTailBytes + RecordChecksum.SizeBytes;

        uint bodyCrc = Crc32.Compute(draft.Body);
        _bodyCrc = RecordChecksum.OfBody(bodyCrc);
        _checkedTailCrc = Crc32.Combine(bodyCrc, CrcAfterBody(), SkipFactors.Of(afterBodyBytes));
    }

    /// <summary>Bytes that the record takes, checksum included.</summary>
    public int SizeBytes { get; }

    private bool IsWide => _draft.Topic.Length > RecordLayout.MaxNarrowTopicBytes;

    private int TopicLengthBytes => IsWide ? sizeof(short) : sizeof(byte);

    /// <summary>The topic with the lengths on either side of it.</summary>
    private int TopicBytes => TopicLengthBytes + _draft.Topic.Length + sizeof(short);

    /// <summary>The most bytes of properties that a draft may have.</summary>
    public static int MaxPropertiesBytes => PropertyBlock.MaxBytes - RecordChecksum.SizeBytes - 1;

    /// <summary>Writes the record to the beginning of <paramref name="destination"/>.</summary>
    /// <param name="destination">At least <see cref="SizeBytes"/> bytes.</param>
    /// <param name="queueOffset">The record's place in its queue.</param>
    /// <param name="physicalOffset">The record's place in the log.</param>
    /// <param name="storeTimestamp">When it is stored, Unix milliseconds.</param>
    public void Write(Span<byte> destination, long queueOffset, long physicalOffset, long storeTimestamp)
    {
        Span<byte> record = destination[..SizeBytes];
        int bodyAt = RecordLayout.BodyAt(_flags);
        WriteHeader(record, queueOffset, physicalOffset, storeTimestamp);
        _draft.Body.CopyTo(record[bodyAt..]);
        WriteAfterBody(record[(bodyAt + _draft.Body.Length)..]);

        uint headerCrc = Crc32.Compute(record[..bodyAt]);
        uint crc = Crc32.Combine(headerCrc, _checkedTailCrc, SkipFactors.Of(_checkedTailBytes));
        RecordChecksum.Write(record[^RecordChecksum.SizeBytes..], crc);
    }

    private static int PropertiesBytesOf(ReadOnlySpan<byte> properties) =>
        properties.Length + (NeedsValueEnd(properties) ? 1 : 0) + RecordChecksum.SizeBytes;

    private static bool NeedsValueEnd(ReadOnlySpan<byte> properties) =>
        !properties.IsEmpty && properties[^1] != PropertyBlock.ValueEnd;

    private void WriteHeader(Span<byte> record, long queueOffset, long physicalOffset, long storeTimestamp)
    {
        BinaryPrimitives.WriteInt32BigEndian(record, SizeBytes);
        BinaryPrimitives.WriteInt32BigEndian(
            record[RecordLayout.MagicAt..], IsWide ? RecordLayout.MagicWideTopic : RecordLayout.Magic);
        BinaryPrimitives.WriteInt32BigEndian(record[RecordLayout.BodyCrcAt..], _bodyCrc);
        BinaryPrimitives.WriteInt32BigEndian(record[RecordLayout.QueueIdAt..], _draft.QueueId);
        BinaryPrimitives.WriteInt32BigEndian(record[RecordLayout.FlagAt..], _draft.Flag);
        BinaryPrimitives.WriteInt64BigEndian(record[RecordLayout.QueueOffsetAt..], queueOffset);
        BinaryPrimitives.WriteInt64BigEndian(record[RecordLayout.PhysicalOffsetAt..], physicalOffset);
        BinaryPrimitives.WriteInt32BigEndian(record[RecordLayout.SystemFlagsAt..], (int)_flags);
        BinaryPrimitives.WriteInt64BigEndian(record[RecordLayout.BornTimestampAt..], _draft.BornTimestamp);
        _draft.BornHost.Write(record[RecordLayout.BornHostAt..]);
        BinaryPrimitives.WriteInt64BigEndian(record[RecordLayout.StoreTimestampAt(_flags)..], storeTimestamp);
        _draft.StoreHost.Write(record[RecordLayout.StoreHostAt(_flags)..]);
        BinaryPrimitives.WriteInt32BigEndian(record[RecordLayout.ReconsumeTimesAt(_flags)..], _draft.ReconsumeTimes);
        BinaryPrimitives.WriteInt64BigEndian(
            record[RecordLayout.PreparedTransactionOffsetAt(_flags)..], _draft.PreparedTransactionOffset);
        BinaryPrimitives.WriteInt32BigEndian(record[RecordLayout.BodyLengthAt(_flags)..], _draft.Body.Length);
    }

    private void WriteAfterBody(Span<byte> rest)
    {
        WriteTopic(rest);
        rest = rest[TopicBytes..];
        _draft.Properties.CopyTo(rest);
        if (NeedsValueEnd(_draft.Properties))
            rest[_draft.Properties.Length] = PropertyBlock.ValueEnd;
    }

    /// <summary>Writes the topic and the lengths on either side of it.</summary>
    private void WriteTopic(Span<byte> rest)
    {
        if (IsWide)
            BinaryPrimitives.WriteInt16BigEndian(rest, (short)_draft.Topic.Length);
        else
            rest[0] = (byte)_draft.Topic.Length;

        rest = rest[TopicLengthBytes..];
        _draft.Topic.CopyTo(rest);
        BinaryPrimitives.WriteInt16BigEndian(rest[_draft.Topic.Length..], (short)_propertiesBytes);
    }

    private uint CrcAfterBody()
    {
        Span<byte> topic = stackalloc byte[TopicBytes];
        WriteTopic(topic);
        uint crc = Crc32.Append(Crc32.Compute(topic), _draft.Properties);
        return NeedsValueEnd(_draft.Properties) ? Crc32.Append(crc, [PropertyBlock.ValueEnd]) : crc;
    }
}
