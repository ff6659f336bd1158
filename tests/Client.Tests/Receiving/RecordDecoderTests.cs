using System.IO.Compression;
using System.Text;
using OrleansMq.Client.Receiving;
using OrleansMq.Messages.Records;

namespace OrleansMq.Client.Tests.Receiving;

public sealed class RecordDecoderTests
{
    [Fact]
    public void Decode_ReadsEveryPart_OfARecord()
    {
        byte[] record = SampleRecord.Of(
            "hello"u8, SystemFlags.None, 42, ("TAGS", "paid"), ("KEYS", "a b"), ("UNIQ_KEY", "0123"), ("city", "Köln"));

        ReceivedMessage message = Assert.Single(RecordDecoder.Decode(record, "orders", ClientOptions.Default));

        Assert.Equal("orders", message.Topic);
        Assert.Equal(3, message.QueueId);
        Assert.Equal(42, message.QueueOffset);
        Assert.Equal(4096, message.PhysicalOffset);
        Assert.Equal("hello", Encoding.UTF8.GetString(message.Body.Span));
        Assert.Equal(BodyStatus.Whole, message.BodyStatus);
        Assert.Equal(7, message.Flag);
        Assert.Equal(2, message.ReconsumeTimes);
        Assert.Equal(1_700_000_000_000, message.BornTime.ToUnixTimeMilliseconds());
        Assert.Equal(1_700_000_000_123, message.StoreTime.ToUnixTimeMilliseconds());
        Assert.Equal("paid", message.Tag);
        Assert.Equal("a b", message.Keys);
        Assert.Equal("0123", message.MessageId);
        Assert.Equal("0A00000200002A9F0000000000001000", message.OffsetMessageId);
        Assert.Equal(["KEYS", "TAGS", "UNIQ_KEY", "city"], message.Properties.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("Köln", message.Properties["city"]);
    }

    [Fact]
    public void Decode_GivesTheBrokersIdentifier_WhenTheProducerGaveNone()
    {
        ReceivedMessage message = Assert.Single(RecordDecoder.Decode(SampleRecord.Of([]), null, ClientOptions.Default));

        Assert.Equal(message.OffsetMessageId, message.MessageId);
        Assert.Equal("orders", message.Topic);
        Assert.Null(message.Tag);
        Assert.Null(message.Keys);
        Assert.Equal(0, message.Body.Length);
    }

    [Fact]
    public void Decode_ReadsAllRecords_InTheirOrder()
    {
        byte[] records = [.. SampleRecord.Of("a"u8, queueOffset: 1), .. SampleRecord.Of([], queueOffset: 2),
            .. SampleRecord.Of("c"u8, queueOffset: 3)];

        List<ReceivedMessage> messages = RecordDecoder.Decode(records, "orders", ClientOptions.Default);

        Assert.Equal([1, 2, 3], messages.Select(message => message.QueueOffset));
        Assert.Equal(["a", "", "c"], messages.Select(message => Encoding.UTF8.GetString(message.Body.Span)));
    }

    [Fact]
    public void Decode_Fails_WhenTheLastRecordIsCutOff()
    {
        byte[] records = [.. SampleRecord.Of("a"u8), .. SampleRecord.Of("b"u8)];

        Assert.Throws<InvalidDataException>(
            () => RecordDecoder.Decode(records.AsMemory(0, records.Length - 1), null, ClientOptions.Default));
    }

    [Fact]
    public void Decode_SaysCorrupt_WhenABitOfTheBodyFlipped()
    {
        byte[] record = SampleRecord.Of("hello"u8);
        record[record.AsSpan().IndexOf("hello"u8)] ^= 1;

        ReceivedMessage message = Assert.Single(RecordDecoder.Decode(record, null, ClientOptions.Default));

        Assert.Equal(BodyStatus.Corrupt, message.BodyStatus);
    }

    [Theory]
    [InlineData(0, BodyStatus.Whole)]
    [InlineData(1, BodyStatus.UnknownCompression)]
    [InlineData(2, BodyStatus.UnknownCompression)]
    [InlineData(3, BodyStatus.Whole)]
    public void Decode_DecompressesZlibOnly(int method, BodyStatus expected)
    {
        byte[] body = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 5000)));
        byte[] packed = Zlib(body);
        var flags = (SystemFlags)((int)SystemFlags.Compressed | (method << 8));

        ReceivedMessage message = Assert.Single(
            RecordDecoder.Decode(SampleRecord.Of(packed, flags), null, ClientOptions.Default));

        Assert.Equal(expected, message.BodyStatus);
        Assert.Equal(expected == BodyStatus.Whole ? body : packed, message.Body.ToArray());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1024 * 1024)]
    public void Decompress_TakesAnyRatio_UpToOneMebibyte(int length)
    {
        BodyStatus status = BodyDecompressor.Decompress(
            Zlib(new byte[length]), ClientOptions.Default, out ReadOnlyMemory<byte> body);

        Assert.Equal(BodyStatus.Whole, status);
        Assert.Equal(new byte[length], body.ToArray());
    }

    [Fact]
    public void Decompress_SaysTooLarge_WhenTheRatioIsAboveTheLimit()
    {
        byte[] packed = Zlib(new byte[(1024 * 1024) + 1]);

        BodyStatus status = BodyDecompressor.Decompress(packed, ClientOptions.Default, out ReadOnlyMemory<byte> body);

        Assert.Equal(BodyStatus.TooLarge, status);
        Assert.Equal(packed, body.ToArray());
    }

    [Theory]
    [InlineData(0, BodyStatus.Whole)]
    [InlineData(1, BodyStatus.TooLarge)]
    public void Decompress_SaysTooLarge_AboveFourTimesTheLargestMessage(int more, BodyStatus expected)
    {
        var options = new ClientOptions { MaxMessageBytes = 100_000 };
        byte[] body = new byte[400_000 + more];
        new Random(1).NextBytes(body);

        Assert.Equal(expected, BodyDecompressor.Decompress(Zlib(body), options, out _));
    }

    [Fact]
    public void Decompress_SaysCorrupt_WhenTheBytesAreNoZlib()
    {
        BodyStatus status = BodyDecompressor.Decompress(
            "plain text"u8.ToArray(), ClientOptions.Default, out ReadOnlyMemory<byte> body);

        Assert.Equal(BodyStatus.Corrupt, status);
        Assert.Equal("plain text", Encoding.UTF8.GetString(body.Span));
    }

    [Theory]
    [InlineData(64 * 1024 * 1024, 1)]
    [InlineData(4 * 1024 * 1024, 1)]
    [InlineData(64 * 1024 * 1024, 2)]
    public void Decode_LeavesABombAsItCame(int length, int times)
    {
        byte[] bomb = new byte[length];
        for (int time = 0; time < times; time++)
            bomb = Zlib(bomb);
        ReceivedMessage message = Assert.Single(RecordDecoder.Decode(
            SampleRecord.Of(bomb, SystemFlags.Compressed), null, ClientOptions.Default));

        // What is compressed twice is opened once, into what is no more than the limit.
        Assert.Equal(times == 1 ? BodyStatus.TooLarge : BodyStatus.Whole, message.BodyStatus);
        Assert.Equal(times == 1 ? bomb : Zlib(new byte[length]), message.Body.ToArray());
    }

    [Theory]
    [InlineData(0.5, 0)]
    [InlineData(0.99, 0)]
    [InlineData(1, 1)]
    public void Decompress_SaysCorrupt_WhenTheEndIsMissingOrTheSumIsWrong(double share, int flip)
    {
        byte[] body = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 5000)));
        byte[] whole = Zlib(body);
        byte[] packed = whole[..(int)(whole.Length * share)];
        packed[^1] ^= (byte)flip;

        BodyStatus status = BodyDecompressor.Decompress(packed, ClientOptions.Default, out ReadOnlyMemory<byte> shown);
        Assert.Equal(BodyStatus.Corrupt, status);
        Assert.Equal(packed, shown.ToArray());
    }

    private static byte[] Zlib(byte[] body)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal))
            zlib.Write(body);
        return packed.ToArray();
    }
}
