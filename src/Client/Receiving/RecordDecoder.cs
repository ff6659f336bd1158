using System.Text;
using OrleansMq.Messages.Records;

namespace OrleansMq.Client.Receiving;

/// <summary>Reads the records that brokers answer with, back to back. Source: docs/formats/commit-log.md.</summary>
internal static class RecordDecoder
{
    /// <summary>RocketMQ: bits 8 to 10 of the system flags, the method of compression; 0 and 3 are zlib.</summary>
    private const int CompressionShift = 8;
    private const int CompressionMask = 7;
    private const int LegacyZlib = 0;
    private const int Zlib = 3;

    /// <summary>Decodes all records.</summary>
    /// <param name="records">The records; the messages keep slices of it.</param>
    /// <param name="topic">The topic that was asked for: messages of it share this string.</param>
    /// <param name="options">Limits on decompression.</param>
    /// <exception cref="InvalidDataException">The bytes are not whole records.</exception>
    public static List<ReceivedMessage> Decode(ReadOnlyMemory<byte> records, string? topic, ClientOptions options)
    {
        var messages = new List<ReceivedMessage>();
        byte[] topicBytes = topic is null ? [] : Encoding.UTF8.GetBytes(topic);
        for (int at = 0; at < records.Length;)
        {
            RecordDefect defect = RecordView.TryRead(records.Span[at..], out RecordView record);
            if (defect != RecordDefect.None)
                throw new InvalidDataException(
                    $"The broker's answer holds no whole record at byte {at} of {records.Length} ({defect}).");

            int size = record.Bytes.Length;
            string name = topic is not null && record.Topic.SequenceEqual(topicBytes) ? topic
                : Encoding.UTF8.GetString(record.Topic);
            messages.Add(Decode(records.Slice(at, size), record, name, options));
            at += size;
        }

        return messages;
    }

    private static ReceivedMessage Decode(
        ReadOnlyMemory<byte> bytes, scoped RecordView record, string topic, ClientOptions options)
    {
        ReadOnlyMemory<byte> properties = bytes[(bytes.Length - record.Properties.Length)..];
        return new ReceivedMessage(properties[..record.PropertiesWithoutChecksum.Length])
        {
            Topic = topic,
            QueueId = record.QueueId,
            QueueOffset = record.QueueOffset,
            PhysicalOffset = record.PhysicalOffset,
            BodyStatus = ReadBody(StoredBody(bytes, record), record, options, out ReadOnlyMemory<byte> body),
            Body = body,
            Flag = record.Flag,
            ReconsumeTimes = record.ReconsumeTimes,
            BornTime = DateTimeOffset.FromUnixTimeMilliseconds(record.BornTimestamp),
            StoreTime = DateTimeOffset.FromUnixTimeMilliseconds(record.StoreTimestamp),
            StoreHost = record.StoreHost,
        };
    }

    private static ReadOnlyMemory<byte> StoredBody(ReadOnlyMemory<byte> bytes, scoped RecordView record) =>
        record.Bytes.Overlaps(record.Body, out int at) ? bytes.Slice(at, record.Body.Length) : default;

    private static BodyStatus ReadBody(
        ReadOnlyMemory<byte> stored, scoped RecordView record, ClientOptions options, out ReadOnlyMemory<byte> body)
    {
        body = stored;
        if (record.Verify(record.PhysicalOffset) != RecordDefect.None)
            return BodyStatus.Corrupt;
        if ((record.SystemFlags & SystemFlags.Compressed) == 0)
            return BodyStatus.Whole;

        int method = ((int)record.SystemFlags >> CompressionShift) & CompressionMask;
        return method is LegacyZlib or Zlib
            ? BodyDecompressor.Decompress(stored, options, out body)
            : BodyStatus.UnknownCompression;
    }
}
