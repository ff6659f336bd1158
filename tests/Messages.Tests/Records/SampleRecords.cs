using System.Buffers.Binary;
using System.Net;
using OrleansMq.Messages.Identity;
using OrleansMq.Messages.Records;
using OrleansMq.Messages.Tests.Checksums;

namespace OrleansMq.Messages.Tests.Records;

/// <summary>Records for tests that damage them.</summary>
internal static class SampleRecords
{
    public const long PhysicalOffset = 4096;

    /// <summary>A record with a whole-record checksum.</summary>
    public static byte[] Checked(
        string topic = "TopicTest",
        string body = "hello",
        string properties = "TAGS\u0001TagA\u0002",
        bool isIPv6 = false)
    {
        HostAddress host = isIPv6 ? Address("[2001:db8::1]:10911") : Address("10.0.0.2:10911");
        var draft = new MessageDraft
        {
            Topic = Utf8(topic),
            QueueId = 3,
            Body = Utf8(body),
            Properties = Utf8(properties),
            Flag = 7,
            BornTimestamp = 1_700_000_000_000,
            BornHost = host,
            StoreHost = host,
        };
        var encoder = new RecordEncoder(draft);
        byte[] record = new byte[encoder.SizeBytes];
        encoder.Write(record, 42, PhysicalOffset, 1_700_000_000_123);
        return record;
    }

    /// <summary>A record as RocketMQ writes it by default: only its body has a checksum.</summary>
    public static byte[] Unchecked(
        string topic = "TopicTest", string body = "hello", string properties = "TAGS\u0001TagA\u0002")
    {
        byte[] text = Utf8(body);
        return new BytesBuilder()
            .Int32(91 + topic.Length + text.Length + properties.Length)
            .Int32(unchecked((int)0xDAA320A7))
            .Int32((int)(ReferenceCrc32.Compute(text) & 0x7FFFFFFF))
            .Int32(3).Int32(7).Int64(42).Int64(PhysicalOffset).Int32(0).Int64(1_700_000_000_000)
            .Raw(10, 0, 0, 1).Int32(50000).Int64(1_700_000_000_123).Raw(10, 0, 0, 2).Int32(10911)
            .Int32(0).Int64(0)
            .Int32(text.Length).Raw(text)
            .Byte(topic.Length).Text(topic)
            .Int16(properties.Length).Text(properties)
            .ToArray();
    }

    /// <summary>What <see cref="RecordView.TryRead"/> and, if it passes, <see cref="RecordView.Verify"/> say.</summary>
    public static RecordDefect Judge(
        ReadOnlySpan<byte> bytes, long physicalOffset = PhysicalOffset, bool requiresChecksum = false)
    {
        RecordDefect defect = RecordView.TryRead(bytes, out RecordView record);
        return defect == RecordDefect.None ? record.Verify(physicalOffset, requiresChecksum) : defect;
    }

    /// <summary>A copy with one int32 overwritten.</summary>
    public static byte[] WithInt32(byte[] record, int at, int value)
    {
        byte[] copy = [.. record];
        BinaryPrimitives.WriteInt32BigEndian(copy.AsSpan(at), value);
        return copy;
    }

    public static HostAddress Address(string endPoint) => HostAddress.From(IPEndPoint.Parse(endPoint));

    private static byte[] Utf8(string text) => System.Text.Encoding.UTF8.GetBytes(text);
}
