using System.Buffers.Binary;
using OrleansMq.Messages.Checksums;

namespace OrleansMq.Messages.Records;

/// <summary>Changes copies of stored records on their way to a consumer.</summary>
public static class RecordPatch
{
    /// <summary>
    /// Adds to how often a message was consumed without success, and renews the whole-record checksum if the record has
    /// one.
    /// </summary>
    /// <param name="record">A copy of a whole record.</param>
    /// <param name="times">How many times to add.</param>
    public static void AddReconsumeTimes(Span<byte> record, int times)
    {
        var flags = (SystemFlags)BinaryPrimitives.ReadInt32BigEndian(record[RecordLayout.SystemFlagsAt..]);
        Span<byte> field = record[RecordLayout.ReconsumeTimesAt(flags)..];
        BinaryPrimitives.WriteInt32BigEndian(field, BinaryPrimitives.ReadInt32BigEndian(field) + times);
        if (RecordChecksum.IsAtEndOf(record))
        {
            uint crc = Crc32.Compute(record[..^RecordChecksum.SizeBytes]);
            RecordChecksum.Write(record[^RecordChecksum.SizeBytes..], crc);
        }
    }
}
