using OrleansMq.Messages.Records;

namespace OrleansMq.Messages.Tests.Records;

/// <summary>What <see cref="RecordView.Verify"/> finds in records that look whole.</summary>
public sealed class RecordVerificationTests
{
    public static TheoryData<byte[]> CheckedRecords =>
    [
        SampleRecords.Checked(),
        SampleRecords.Checked(isIPv6: true),
        SampleRecords.Checked(body: "", properties: ""),
        SampleRecords.Checked(topic: "%RETRY%".PadRight(140, 'g')),
    ];

    [Fact]
    public void Verify_GivesNone_WhenTheRecordIsAsItWasWritten()
    {
        Assert.Equal(RecordDefect.None, SampleRecords.Judge(SampleRecords.Checked()));
        Assert.Equal(RecordDefect.None, SampleRecords.Judge(SampleRecords.Checked(), requiresChecksum: true));
        Assert.Equal(RecordDefect.None, SampleRecords.Judge(SampleRecords.Unchecked()));
        Assert.Equal(RecordDefect.None, SampleRecords.Judge(SampleRecords.Unchecked(body: "", properties: "")));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(SampleRecords.PhysicalOffset + 1)]
    [InlineData(SampleRecords.PhysicalOffset + (1L << 32))]
    public void Verify_GivesPosition_WhenTheRecordBelongsElsewhere(long physicalOffset) =>
        Assert.Equal(RecordDefect.Position, SampleRecords.Judge(SampleRecords.Checked(), physicalOffset));

    [Fact]
    public void Verify_GivesChecksum_WhenAByteOfTheBodyDiffers()
    {
        byte[] bytes = SampleRecords.Checked();
        bytes[88] ^= 0xFF;
        Assert.Equal(RecordDefect.Checksum, SampleRecords.Judge(bytes));
    }

    [Fact]
    public void Verify_GivesChecksum_WhenTheBodyOfARecordWithoutChecksumDiffers()
    {
        byte[] bytes = SampleRecords.Unchecked();
        bytes[88] ^= 0x01;
        Assert.Equal(RecordDefect.Checksum, SampleRecords.Judge(bytes));
    }

    [Fact]
    public void Verify_GivesChecksum_WhenOneIsRequiredAndTheRecordHasNone() =>
        Assert.Equal(RecordDefect.Checksum, SampleRecords.Judge(SampleRecords.Unchecked(), requiresChecksum: true));

    /// <summary>Alone, and with other records behind it, where a larger size would still find bytes to read.</summary>
    [Theory]
    [MemberData(nameof(CheckedRecords))]
    public void TryReadAndVerify_FindADefect_WhereverOneBitIsFlipped(byte[] record)
    {
        byte[] log = [.. record, .. record, .. record, .. new byte[4096]];
        for (int bit = 0; bit < record.Length * 8; bit++)
        {
            byte mask = (byte)(1 << (bit % 8));
            record[bit / 8] ^= mask;
            log[bit / 8] ^= mask;
            Assert.True(SampleRecords.Judge(record) != RecordDefect.None, $"Bit {bit} of the record alone.");
            Assert.True(SampleRecords.Judge(log) != RecordDefect.None, $"Bit {bit} of the record in a log.");
            record[bit / 8] ^= mask;
            log[bit / 8] ^= mask;
        }
    }

    /// <summary>A crash may leave the last page unwritten: all from some byte on reads as zero.</summary>
    [Theory]
    [MemberData(nameof(CheckedRecords))]
    public void TryReadAndVerify_FindADefect_WhereverTheRecordIsTornIntoZeros(byte[] record)
    {
        for (int kept = 0; kept < record.Length; kept++)
        {
            byte[] torn = [.. record[..kept], .. new byte[record.Length - kept]];
            Assert.True(
                SampleRecords.Judge(torn, requiresChecksum: true) != RecordDefect.None,
                $"Only the first {kept} of {record.Length} bytes were written.");
        }
    }

    /// <summary>The name of the property may only count where properties stand, not in a body.</summary>
    [Fact]
    public void Verify_GivesNone_WhenABodyWithoutChecksumImitatesOne()
    {
        byte[] bytes = SampleRecords.Unchecked(topic: "abcd", body: "x__CRC32#\u0001", properties: "a\u00011\u0002");
        Assert.Equal("__CRC32#\u0001"u8, bytes.AsSpan(^20..^11));
        Assert.Equal(RecordDefect.None, SampleRecords.Judge(bytes));
    }

    [Fact]
    public void PropertiesWithoutChecksum_KeepsTheProperties_WhenABodyImitatesAChecksum()
    {
        byte[] bytes = SampleRecords.Unchecked(topic: "abcd", body: "x__CRC32#\u0001", properties: "a\u00011\u0002");
        RecordView.TryRead(bytes, out RecordView record);
        Assert.Equal("a\u00011\u0002"u8, record.PropertiesWithoutChecksum);
    }
}
