using OrleansMq.Messages.Identity;

namespace OrleansMq.Messages.Records;

/// <summary>Where the fields of a record stand. All integers are big-endian.</summary>
/// <remarks>
/// <code>
///  0       4       8      12      16      20              28              36      40              48
/// +-------+-------+-------+-------+-------+---------------+---------------+-------+---------------+--
/// | size  | magic |bodyCRC|queueId| flag  | queueOffset   | physicalOffset|sysFlag| bornTimestamp |
/// +-------+-------+-------+-------+-------+---------------+---------------+-------+---------------+--
///  48          +8|20           +8           +8|20       +4             +8         +4        +n  +1  +n +2  +n
/// --+-----------+--------------+-----------+-----------+--------------+----------+----+----+-----+---+-----+
///   | bornHost  |storeTimestamp| storeHost |reconsumes | preparedTxOff|bodyLength|body|tLen|topic|pLen|props|
/// --+-----------+--------------+-----------+-----------+--------------+----------+----+----+-----+---+-----+
/// </code>
/// The last 20 bytes of the properties are the whole-record checksum, see <see cref="RecordChecksum"/>.
/// Described in docs/formats/commit-log.md.
/// </remarks>
public static class RecordLayout
{
    /// <summary>Marks a record whose topic length takes one byte.</summary>
    public const int Magic = unchecked((int)0xDAA320A7);

    /// <summary>Marks a record whose topic length takes two bytes.</summary>
    public const int MagicWideTopic = unchecked((int)0xDAA320AB);

    /// <summary>Marks the unused end of a log file.</summary>
    public const int BlankMagic = unchecked((int)0xCBD43194);

    /// <summary>Bytes of the mark that ends a log file: the remaining size and <see cref="BlankMagic"/>.</summary>
    public const int BlankSizeBytes = 8;

    /// <summary>
    /// The longest topic in UTF-8 that a one-byte length holds (the value is a signed byte in RocketMQ).
    /// </summary>
    public const int MaxNarrowTopicBytes = 127;

    /// <summary>The longest topic in UTF-8 that a record holds.</summary>
    public const int MaxTopicBytes = 255;

    /// <summary>Bytes of a record with IPv4 hosts, without body, topic and properties.</summary>
    public const int MinSizeBytes = 91;

    /// <summary>Where the magic number stands in a record and in the mark that ends a file.</summary>
    public const int MagicAt = 4;

    internal const int SizeAt = 0;
    internal const int BodyCrcAt = 8;
    internal const int QueueIdAt = 12;
    internal const int FlagAt = 16;
    internal const int QueueOffsetAt = 20;
    internal const int PhysicalOffsetAt = 28;
    internal const int SystemFlagsAt = 36;
    internal const int BornTimestampAt = 40;
    internal const int BornHostAt = 48;

    internal static int StoreTimestampAt(SystemFlags flags) => BornHostAt
        + ((flags & SystemFlags.BornHostIPv6) == 0 ? HostAddress.IPv4SizeBytes : HostAddress.IPv6SizeBytes);

    internal static int StoreHostAt(SystemFlags flags) => StoreTimestampAt(flags) + sizeof(long);

    internal static int ReconsumeTimesAt(SystemFlags flags) => StoreHostAt(flags)
        + ((flags & SystemFlags.StoreHostIPv6) == 0 ? HostAddress.IPv4SizeBytes : HostAddress.IPv6SizeBytes);

    internal static int PreparedTransactionOffsetAt(SystemFlags flags) => ReconsumeTimesAt(flags) + sizeof(int);

    internal static int BodyLengthAt(SystemFlags flags) => PreparedTransactionOffsetAt(flags) + sizeof(long);

    internal static int BodyAt(SystemFlags flags) => BodyLengthAt(flags) + sizeof(int);
}
