using System.Buffers.Binary;
using OrleansMq.Messages.Records;

namespace OrleansMq.Messages.Tests.Records;

public sealed class RecordViewTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void TryRead_GivesEveryField_WhenTheRecordIsValid(bool isIPv6)
    {
        string host = isIPv6 ? "[2001:db8::1]:10911" : "10.0.0.2:10911";
        byte[] bytes = SampleRecords.Checked(isIPv6: isIPv6);
        Assert.Equal(RecordDefect.None, RecordView.TryRead([.. bytes, 1, 2, 3], out RecordView record));
        Assert.Equal(bytes, record.Bytes);
        Assert.Equal(0x3610A686, record.BodyCrc);
        Assert.Equal(3, record.QueueId);
        Assert.Equal(7, record.Flag);
        Assert.Equal(42, record.QueueOffset);
        Assert.Equal(SampleRecords.PhysicalOffset, record.PhysicalOffset);
        Assert.Equal(isIPv6 ? (SystemFlags)0x30 : SystemFlags.None, record.SystemFlags);
        Assert.Equal(1_700_000_000_000, record.BornTimestamp);
        Assert.Equal(host, record.BornHost.ToString());
        Assert.Equal(1_700_000_000_123, record.StoreTimestamp);
        Assert.Equal(host, record.StoreHost.ToString());
        Assert.Equal(0, record.ReconsumeTimes);
        Assert.Equal(0, record.PreparedTransactionOffset);
        Assert.Equal("hello"u8, record.Body);
        Assert.Equal("TopicTest"u8, record.Topic);
        Assert.Equal("TAGS\u0001TagA\u0002"u8, record.PropertiesWithoutChecksum);
        Assert.Equal(bytes.AsSpan(^30..), record.Properties);
        Assert.True(record.TryGetProperty("TAGS"u8, out ReadOnlySpan<byte> tag));
        Assert.Equal("TagA"u8, tag);
    }

    [Fact]
    public void PropertiesWithoutChecksum_GivesAll_WhenThereIsNoChecksum()
    {
        RecordView.TryRead(SampleRecords.Unchecked(), out RecordView record);
        Assert.Equal("TAGS\u0001TagA\u0002"u8, record.PropertiesWithoutChecksum);
    }

    [Fact]
    public void TryRead_GivesEmpty_WhenNothingWasWritten() =>
        Assert.All((int[])[0, 1, 7, 8, 200], length => Assert.Equal(RecordDefect.Empty, Read(new byte[length])));

    [Fact]
    public void TryRead_GivesTruncated_AtEveryLengthShortOfTheRecord()
    {
        byte[][] records = [SampleRecords.Checked(), SampleRecords.Checked(isIPv6: true), SampleRecords.Unchecked()];
        foreach (byte[] bytes in records)
        {
            Assert.All(
                Enumerable.Range(0, 4),
                length => Assert.NotEqual(RecordDefect.None, Read(bytes.AsSpan(0, length))));
            Assert.All(
                Enumerable.Range(4, bytes.Length - 4),
                length => Assert.Equal(RecordDefect.Truncated, Read(bytes.AsSpan(0, length))));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(unchecked((int)0xDAA320A6))]
    [InlineData(unchecked((int)0xA720A3DA))]
    public void TryRead_GivesMagic_WhenTheNumberIsUnknown(int magic) =>
        Assert.Equal(RecordDefect.Magic, Read(SampleRecords.WithInt32(SampleRecords.Checked(), 4, magic)));

    [Fact]
    public void TryRead_GivesBlank_WhenTheFileEndsHere() =>
        Assert.Equal(RecordDefect.Blank, Read(new BytesBuilder().Int32(8).Int32(unchecked((int)0xCBD43194)).ToArray()));

    [Theory]
    [InlineData(0)]
    [InlineData(90)]
    [InlineData(91)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    public void TryRead_GivesLengths_WhenTheSizeIsTooSmall(int size) =>
        Assert.Equal(RecordDefect.Lengths, Read(SampleRecords.WithInt32(SampleRecords.Checked(), 0, size)));

    [Theory]
    [InlineData(-1)]
    [InlineData(4)]
    [InlineData(6)]
    [InlineData(int.MaxValue)]
    [InlineData(int.MinValue)]
    public void TryRead_GivesLengths_WhenTheBodyLengthIsWrong(int length) =>
        Assert.Equal(RecordDefect.Lengths, Read(SampleRecords.WithInt32(SampleRecords.Checked(), 84, length)));

    [Fact]
    public void TryRead_GivesLengths_WhenTheTopicLengthIsWrong()
    {
        byte[] bytes = SampleRecords.Checked();
        Assert.All(Enumerable.Range(0, 256).Where(length => length != 9), length =>
        {
            bytes[93] = (byte)length;
            Assert.Equal(RecordDefect.Lengths, Read(bytes));
        });
    }

    /// <summary>RocketMQ reads the byte as signed, and a client that meets such a record drops all behind it.</summary>
    [Fact]
    public void TryRead_GivesLengths_WhenAOneByteTopicLengthExceeds127()
    {
        Assert.Equal(RecordDefect.None, Read(SampleRecords.Unchecked(topic: new string('t', 127))));
        Assert.Equal(RecordDefect.Lengths, Read(SampleRecords.Unchecked(topic: new string('t', 128))));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(short.MinValue)]
    [InlineData(256)]
    public void TryRead_GivesLengths_WhenATwoByteTopicLengthIsWrong(int length)
    {
        byte[] bytes = SampleRecords.Checked(topic: new string('t', 200));
        BinaryPrimitives.WriteInt16BigEndian(bytes.AsSpan(93), (short)length);
        Assert.Equal(RecordDefect.Lengths, Read(bytes));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(29)]
    [InlineData(31)]
    [InlineData(short.MaxValue)]
    [InlineData(short.MinValue)]
    public void TryRead_GivesLengths_WhenThePropertiesLengthIsWrong(int length)
    {
        byte[] bytes = SampleRecords.Checked();
        BinaryPrimitives.WriteInt16BigEndian(bytes.AsSpan(103), (short)length);
        Assert.Equal(RecordDefect.Lengths, Read(bytes));
    }

    [Theory]
    [InlineData(0x10)]
    [InlineData(0x20)]
    [InlineData(0x30)]
    public void TryRead_GivesLengths_WhenAHostFlagIsSetInTheSmallestRecord(int flags)
    {
        byte[] bytes = SampleRecords.Unchecked(topic: "", body: "", properties: "");
        Assert.Equal(91, bytes.Length);
        Assert.Equal(RecordDefect.None, Read(bytes));
        Assert.Equal(RecordDefect.Lengths, Read(SampleRecords.WithInt32(bytes, 36, flags)));
    }

    [Fact]
    public void TryRead_LeavesADefaultView_WhenTheRecordIsDefective()
    {
        RecordView.TryRead(SampleRecords.WithInt32(SampleRecords.Checked(), 84, -1), out RecordView record);
        Assert.True(record.Bytes.IsEmpty);
    }

    [Fact]
    public void TryReadAndVerify_AllocateNothing()
    {
        byte[] bytes = SampleRecords.Checked();
        SampleRecords.Judge(bytes);
        long before = GC.GetAllocatedBytesForCurrentThread();
        RecordDefect defect = SampleRecords.Judge(bytes);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(RecordDefect.None, defect);
    }

    private static RecordDefect Read(ReadOnlySpan<byte> bytes) => RecordView.TryRead(bytes, out _);
}
