using System.Text;
using OrleansMq.Messages.Records;
using OrleansMq.Messages.Tests.Checksums;

namespace OrleansMq.Messages.Tests.Records;

/// <summary>Golden records: the expected bytes are laid out field by field and owe nothing to the encoder.</summary>
public sealed class RecordEncoderTests
{
    private static readonly byte[] IPv6Loopback = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];

    /// <summary>The bytes come from a Java program that uses ByteBuffer and java.util.zip.CRC32.</summary>
    [Fact]
    public void Write_GivesTheBytesThatJavaGives()
    {
        const string FromJava =
            "0000008FDAA320A73610A6860000000300000007000000000000002A0000000000001000000000000000018BCFE56800"
            + "0A0000010000C3500000018BCFE5687B0A00000200002A9F00000001000000000000004D0000000568656C6C6F"
            + "09546F706963546573740026544147530154616741024B455953016B31025F5F435243333223013537303131383038343102";
        Assert.Equal(FromJava, Convert.ToHexString(Encode("TopicTest", "hello", "TAGS\u0001TagA\u0002KEYS\u0001k1")));
    }

    [Theory]
    [InlineData("TAGS\u0001TagA\u0002KEYS\u0001k1")]
    [InlineData("TAGS\u0001TagA\u0002KEYS\u0001k1\u0002")]
    public void Write_GivesTheSameRecord_WithAndWithoutTheLastSeparator(string properties)
    {
        byte[] expected = Header(0x8F, 0x3610A686, SystemFlags.None)
            .Raw(10, 0, 0, 1).Int32(50000).Int64(1_700_000_000_123).Raw(10, 0, 0, 2).Int32(10911)
            .Int32(1).Int64(77)
            .Int32(5).Text("hello")
            .Byte(9).Text("TopicTest")
            .Int16(18 + 20).Text("TAGS\u0001TagA\u0002KEYS\u0001k1\u0002").Checksum()
            .ToArray();
        Assert.Equal(expected, Encode("TopicTest", "hello", properties));
    }

    [Fact]
    public void Write_GivesTheSmallestRecord_WhenBodyAndPropertiesAreEmpty()
    {
        byte[] expected = Header(91 + 1 + 20, 0, SystemFlags.None)
            .Raw(10, 0, 0, 1).Int32(50000).Int64(1_700_000_000_123).Raw(10, 0, 0, 2).Int32(10911)
            .Int32(1).Int64(77)
            .Int32(0)
            .Byte(1).Text("T")
            .Int16(20).Checksum()
            .ToArray();
        Assert.Equal(expected, Encode("T", "", ""));
    }

    [Fact]
    public void Write_GivesTwentyByteHosts_WhenBothAreIPv6()
    {
        byte[] expected = Header(91 + 24 + 1 + 5 + 20, 0x3610A686, SystemFlags.BornHostIPv6 | SystemFlags.StoreHostIPv6)
            .Raw(IPv6Loopback).Int32(50000).Int64(1_700_000_000_123).Raw(IPv6Loopback).Int32(10911)
            .Int32(1).Int64(77)
            .Int32(5).Text("hello")
            .Byte(1).Text("T")
            .Int16(20).Checksum()
            .ToArray();
        Assert.Equal(expected, Encode("T", "hello", "", "[::1]:50000", "[::1]:10911"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Write_GivesOneTwentyByteHost_WhenOneIsIPv6(bool isBornHost)
    {
        SystemFlags flags = isBornHost ? SystemFlags.BornHostIPv6 : SystemFlags.StoreHostIPv6;
        byte[] ipv4 = [10, 0, 0, 1];
        byte[] expected = Header(91 + 12 + 1 + 20, 0, flags)
            .Raw(isBornHost ? IPv6Loopback : ipv4).Int32(50000).Int64(1_700_000_000_123)
            .Raw(isBornHost ? ipv4 : IPv6Loopback).Int32(10911)
            .Int32(1).Int64(77)
            .Int32(0)
            .Byte(1).Text("T")
            .Int16(20).Checksum()
            .ToArray();
        string born = isBornHost ? "[::1]:50000" : "10.0.0.1:50000";
        string store = isBornHost ? "10.0.0.1:10911" : "[::1]:10911";
        Assert.Equal(expected, Encode("T", "", "", born, store));
    }

    [Theory]
    [InlineData(127, false)]
    [InlineData(128, true)]
    [InlineData(255, true)]
    public void Write_GivesATwoByteTopicLength_WhenTheTopicExceeds127Bytes(int length, bool isWide)
    {
        string topic = "%RETRY%".PadRight(length, 'g');
        BytesBuilder builder = Header(91 + (isWide ? 1 : 0) + length + 20, 0, SystemFlags.None, isWide)
            .Raw(10, 0, 0, 1).Int32(50000).Int64(1_700_000_000_123).Raw(10, 0, 0, 2).Int32(10911)
            .Int32(1).Int64(77)
            .Int32(0);
        builder = isWide ? builder.Int16(length) : builder.Byte(length);
        Assert.Equal(builder.Text(topic).Int16(20).Checksum().ToArray(), Encode(topic, "", ""));
    }

    [Fact]
    public void Write_SetsOnlyTheHostFlagsAnew_WhenTheDraftHasFlags()
    {
        var draft = new MessageDraft
        {
            Topic = "T"u8,
            QueueId = 0,
            Body = [],
            SystemFlags = SystemFlags.Compressed | SystemFlags.TransactionCommit | (SystemFlags)0x300
                | SystemFlags.BornHostIPv6 | SystemFlags.StoreHostIPv6,
        };
        var encoder = new RecordEncoder(draft);
        byte[] record = new byte[encoder.SizeBytes];
        encoder.Write(record, 0, 0, 0);
        Assert.Equal("00000309", Convert.ToHexString(record, 36, 4));
    }

    [Fact]
    public void Write_GivesAChecksumOverTheWholeRecord_AtEveryBodyLength()
    {
        for (int length = 0; length < 300; length++)
        {
            byte[] record = Encode("TopicTest", new string('b', length), "TAGS\u0001TagA\u0002");
            Assert.Equal(new BytesBuilder().Raw(record[..^20]).Checksum().ToArray(), record);
            int bodyCrc = (int)(ReferenceCrc32.Compute(record.AsSpan(88, length)) & 0x7FFFFFFF);
            Assert.Equal(new BytesBuilder().Int32(bodyCrc).ToArray(), record[8..12]);
        }
    }

    [Fact]
    public void Write_LeavesTheBytesBehindTheRecord()
    {
        var encoder = new RecordEncoder(new MessageDraft { Topic = "T"u8, QueueId = 0, Body = [] });
        byte[] destination = new byte[encoder.SizeBytes + 3];
        destination.AsSpan().Fill(0xEE);
        encoder.Write(destination, 0, 0, 0);
        Assert.Equal([0x02, 0xEE, 0xEE, 0xEE], destination[^4..]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(256)]
    public void Constructor_Throws_WhenTheTopicDoesNotFit(int length)
    {
        byte[] topic = new byte[length];
        Assert.Throws<ArgumentException>(() => SizeOf(topic, []));
    }

    [Theory]
    [InlineData(32746, 'x')]
    [InlineData(32747, '\u0002')]
    public void Constructor_Accepts_WhenThePropertiesJustFit(int length, char last)
    {
        byte[] properties = Encoding.ASCII.GetBytes("a\u0001".PadRight(length - 1, 'x') + last);
        Assert.Equal(91 + 1 + short.MaxValue, SizeOf("T"u8.ToArray(), properties));
    }

    [Theory]
    [InlineData(32747, 'x')]
    [InlineData(32748, '\u0002')]
    public void Constructor_Throws_WhenThePropertiesDoNotFit(int length, char last)
    {
        byte[] properties = Encoding.ASCII.GetBytes("a\u0001".PadRight(length - 1, 'x') + last);
        Assert.Throws<ArgumentException>(() => SizeOf("T"u8.ToArray(), properties));
    }

    [Fact]
    public void MaxPropertiesBytes_LeavesRoomForTheSeparatorAndTheChecksum() =>
        Assert.Equal(32746, RecordEncoder.MaxPropertiesBytes);

    private static int SizeOf(byte[] topic, byte[] properties) => new RecordEncoder(
        new MessageDraft { Topic = topic, QueueId = 0, Body = [], Properties = properties }).SizeBytes;

    private static BytesBuilder Header(int size, int bodyCrc, SystemFlags flags, bool isWide = false) =>
        new BytesBuilder()
            .Int32(size)
            .Int32(unchecked((int)(isWide ? 0xDAA320AB : 0xDAA320A7)))
            .Int32(bodyCrc)
            .Int32(3)
            .Int32(7)
            .Int64(42)
            .Int64(4096)
            .Int32((int)flags)
            .Int64(1_700_000_000_000);

    private static byte[] Encode(
        string topic,
        string body,
        string properties,
        string bornHost = "10.0.0.1:50000",
        string storeHost = "10.0.0.2:10911")
    {
        var draft = new MessageDraft
        {
            Topic = Encoding.UTF8.GetBytes(topic),
            QueueId = 3,
            Body = Encoding.UTF8.GetBytes(body),
            Properties = Encoding.UTF8.GetBytes(properties),
            Flag = 7,
            BornTimestamp = 1_700_000_000_000,
            BornHost = SampleRecords.Address(bornHost),
            StoreHost = SampleRecords.Address(storeHost),
            ReconsumeTimes = 1,
            PreparedTransactionOffset = 77,
        };
        var encoder = new RecordEncoder(draft);
        byte[] record = new byte[encoder.SizeBytes];
        encoder.Write(record, 42, 4096, 1_700_000_000_123);
        return record;
    }
}
