using System.Buffers.Binary;
using OrleansMq.Messages.Checksums;
using OrleansMq.Messages.Identity;
using OrleansMq.Messages.Properties;

namespace OrleansMq.Messages.Records;

/// <summary>A stored record, read in place. Valid as long as the bytes it was made from.</summary>
public readonly ref struct RecordView
{
    private readonly ReadOnlySpan<byte> _record;
    private readonly int _bodyAt;
    private readonly int _bodyLength;
    private readonly int _topicAt;
    private readonly int _topicLength;

    private RecordView(ReadOnlySpan<byte> record, int bodyAt, int bodyLength, int topicAt, int topicLength)
    {
        _record = record;
        _bodyAt = bodyAt;
        _bodyLength = bodyLength;
        _topicAt = topicAt;
        _topicLength = topicLength;
    }

    /// <summary>The whole record as it is stored and sent to consumers.</summary>
    public ReadOnlySpan<byte> Bytes => _record;

    /// <summary>The body's checksum, top bit cleared.</summary>
    public int BodyCrc => BinaryPrimitives.ReadInt32BigEndian(_record[RecordLayout.BodyCrcAt..]);

    /// <summary>The queue within the topic.</summary>
    public int QueueId => BinaryPrimitives.ReadInt32BigEndian(_record[RecordLayout.QueueIdAt..]);

    /// <summary>The application's own number.</summary>
    public int Flag => BinaryPrimitives.ReadInt32BigEndian(_record[RecordLayout.FlagAt..]);

    /// <summary>The record's place in its queue.</summary>
    public long QueueOffset => BinaryPrimitives.ReadInt64BigEndian(_record[RecordLayout.QueueOffsetAt..]);

    /// <summary>The record's place in the log.</summary>
    public long PhysicalOffset => BinaryPrimitives.ReadInt64BigEndian(_record[RecordLayout.PhysicalOffsetAt..]);

    /// <summary>The system flags.</summary>
    public SystemFlags SystemFlags =>
        (SystemFlags)BinaryPrimitives.ReadInt32BigEndian(_record[RecordLayout.SystemFlagsAt..]);

    /// <summary>When the producer made the message, Unix milliseconds.</summary>
    public long BornTimestamp => BinaryPrimitives.ReadInt64BigEndian(_record[RecordLayout.BornTimestampAt..]);

    /// <summary>The producer's address.</summary>
    public HostAddress BornHost =>
        HostAddress.Read(_record[RecordLayout.BornHostAt..], (SystemFlags & SystemFlags.BornHostIPv6) != 0);

    /// <summary>When the record was stored, Unix milliseconds.</summary>
    public long StoreTimestamp =>
        BinaryPrimitives.ReadInt64BigEndian(_record[RecordLayout.StoreTimestampAt(SystemFlags)..]);

    /// <summary>The address of the broker that stored the record.</summary>
    public HostAddress StoreHost => HostAddress.Read(
        _record[RecordLayout.StoreHostAt(SystemFlags)..], (SystemFlags & SystemFlags.StoreHostIPv6) != 0);

    /// <summary>How often the message was consumed without success before.</summary>
    public int ReconsumeTimes =>
        BinaryPrimitives.ReadInt32BigEndian(_record[RecordLayout.ReconsumeTimesAt(SystemFlags)..]);

    /// <summary>Where the half message stands that this one commits.</summary>
    public long PreparedTransactionOffset =>
        BinaryPrimitives.ReadInt64BigEndian(_record[RecordLayout.PreparedTransactionOffsetAt(SystemFlags)..]);

    /// <summary>The body.</summary>
    public ReadOnlySpan<byte> Body => _record.Slice(_bodyAt, _bodyLength);

    /// <summary>The topic in UTF-8.</summary>
    public ReadOnlySpan<byte> Topic => _record.Slice(_topicAt, _topicLength);

    /// <summary>The encoded properties, with the whole-record checksum if the record has one.</summary>
    public ReadOnlySpan<byte> Properties => _record[(_topicAt + _topicLength + sizeof(short))..];

    /// <summary>The encoded properties without the whole-record checksum, as a draft takes them.</summary>
    public ReadOnlySpan<byte> PropertiesWithoutChecksum => RecordChecksum.IsAtEndOf(Properties)
        ? Properties[..^RecordChecksum.SizeBytes]
        : Properties;

    /// <summary>
    /// Reads the record at the beginning of <paramref name="source"/> and checks that its parts fit together. Neither
    /// place nor checksum is checked: see <see cref="Verify"/>. Never throws.
    /// </summary>
    public static RecordDefect TryRead(ReadOnlySpan<byte> source, out RecordView record)
    {
        record = default;
        RecordDefect defect = TryReadSize(source, out int size);
        if (defect != RecordDefect.None)
            return defect;

        source = source[..size];
        int magic = BinaryPrimitives.ReadInt32BigEndian(source[RecordLayout.MagicAt..]);
        bool isWide = magic == RecordLayout.MagicWideTopic;
        var flags = (SystemFlags)BinaryPrimitives.ReadInt32BigEndian(source[RecordLayout.SystemFlagsAt..]);
        int topicLengthBytes = isWide ? sizeof(short) : sizeof(byte);
        int bodyAt = RecordLayout.BodyAt(flags);
        if (bodyAt + topicLengthBytes + sizeof(short) > size)
            return RecordDefect.Lengths;

        int bodyLength = BinaryPrimitives.ReadInt32BigEndian(source[(bodyAt - sizeof(int))..]);
        if (bodyLength < 0 || bodyLength > size - bodyAt - topicLengthBytes - sizeof(short))
            return RecordDefect.Lengths;

        ReadOnlySpan<byte> afterBody = source[(bodyAt + bodyLength)..];
        int topicLength = isWide ? BinaryPrimitives.ReadInt16BigEndian(afterBody) : (sbyte)afterBody[0];
        if (topicLength < 0 || topicLength > afterBody.Length - topicLengthBytes - sizeof(short))
            return RecordDefect.Lengths;

        ReadOnlySpan<byte> afterTopic = afterBody[(topicLengthBytes + topicLength)..];
        if (BinaryPrimitives.ReadInt16BigEndian(afterTopic) != afterTopic.Length - sizeof(short))
            return RecordDefect.Lengths;

        record = new RecordView(source, bodyAt, bodyLength, bodyAt + bodyLength + topicLengthBytes, topicLength);
        return RecordDefect.None;
    }

    /// <summary>
    /// Checks the record's place and its checksum: over the whole record if it has one, else over its body.
    /// </summary>
    /// <param name="physicalOffset">Where the record lies in the log.</param>
    /// <param name="requiresChecksum">
    /// Whether a record without a whole-record checksum is defective. True wherever RocketMQ never wrote: a crash may
    /// leave the end of a record unwritten, its checksum with it, and a checksum of the body does not show that.
    /// </param>
    public RecordDefect Verify(long physicalOffset, bool requiresChecksum = false)
    {
        if (PhysicalOffset != physicalOffset)
            return RecordDefect.Position;

        bool isIntact = VerifyChecksum() switch
        {
            ChecksumVerdict.Matches => true,
            ChecksumVerdict.Differs => false,
            _ => !requiresChecksum && RecordChecksum.OfBody(Crc32.Compute(Body)) == BodyCrc,
        };
        return isIntact ? RecordDefect.None : RecordDefect.Checksum;
    }

    /// <summary>Finds a property by name.</summary>
    public bool TryGetProperty(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value) =>
        PropertyBlock.TryGet(Properties, name, out value);

    /// <summary>The property counts only where properties stand: a body may hold anything.</summary>
    private ChecksumVerdict VerifyChecksum() => Properties.Length < RecordChecksum.SizeBytes
        ? ChecksumVerdict.Absent
        : RecordChecksum.Verify(_record);

    private static RecordDefect TryReadSize(ReadOnlySpan<byte> source, out int size)
    {
        size = 0;
        if (source.Length < RecordLayout.BlankSizeBytes)
            return source.TrimStart((byte)0).IsEmpty ? RecordDefect.Empty : RecordDefect.Truncated;

        size = BinaryPrimitives.ReadInt32BigEndian(source);
        int magic = BinaryPrimitives.ReadInt32BigEndian(source[RecordLayout.MagicAt..]);
        if (size == 0 && magic == 0)
            return RecordDefect.Empty;
        if (magic == RecordLayout.BlankMagic)
            return RecordDefect.Blank;
        if (magic is not (RecordLayout.Magic or RecordLayout.MagicWideTopic))
            return RecordDefect.Magic;
        if (size < RecordLayout.MinSizeBytes)
            return RecordDefect.Lengths;
        return size > source.Length ? RecordDefect.Truncated : RecordDefect.None;
    }
}
