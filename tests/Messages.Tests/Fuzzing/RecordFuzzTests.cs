using System.Buffers.Binary;
using OrleansMq.Messages.Identity;
using OrleansMq.Messages.Properties;
using OrleansMq.Messages.Records;
using OrleansMq.Messages.Tests.Checksums;
using OrleansMq.Messages.Tests.Records;

namespace OrleansMq.Messages.Tests.Fuzzing;

/// <summary>Goal: no bytes make the decoder throw or allocate; what it accepts encodes to the same record.</summary>
[Trait("Tier", "Fuzz")]
public sealed class RecordFuzzTests
{
    private static readonly byte[][] Valid =
    [
        SampleRecords.Checked(),
        SampleRecords.Checked(isIPv6: true),
        SampleRecords.Checked(topic: "%RETRY%".PadRight(140, 'g'), properties: "TAGS\u0001a\u0002KEYS\u0001b c"),
        SampleRecords.Checked(topic: "T", body: "", properties: ""),
        SampleRecords.Unchecked(),
    ];

    [Fact]
    public void TryReadAndVerify_NeverThrowOrAllocate_WhateverTheBytesAre() => FuzzRun.Check(random =>
    {
        byte[] bytes = Input(random);
        long before = GC.GetAllocatedBytesForCurrentThread();
        RecordDefect defect = RecordView.TryRead(bytes, out RecordView record);
        if (defect == RecordDefect.None)
            record.Verify(record.PhysicalOffset);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(defect != RecordDefect.None, record.Bytes.IsEmpty);
    });

    [Fact]
    public void TryRead_GivesFieldsThatEncodeToTheSameRecord_WhenItAccepts() => FuzzRun.Check(random =>
    {
        byte[] bytes = Input(random);
        if (RecordView.TryRead(bytes, out RecordView record) != RecordDefect.None)
            return;

        Assert.Equal(BinaryPrimitives.ReadInt32BigEndian(bytes), record.Bytes.Length);
        AssertVerifyAgreesWithTheReference(record);
        if (record.Topic.Length is 0 or > RecordLayout.MaxTopicBytes
            || record.PropertiesWithoutChecksum.Length > RecordEncoder.MaxPropertiesBytes)
        {
            return;
        }

        byte[] encoded = Encode(record);
        Assert.Equal(RecordDefect.None, RecordView.TryRead(encoded, out RecordView again));
        Assert.Equal(RecordDefect.None, again.Verify(record.PhysicalOffset, requiresChecksum: true));
        AssertSameFields(record, again);
        if (IsCanonical(record))
        {
            record.Bytes[8..12].CopyTo(encoded.AsSpan(8));
            Assert.Equal(record.Bytes[..^RecordChecksum.SizeBytes], encoded.AsSpan(..^RecordChecksum.SizeBytes));
        }
    });

    /// <summary>Half of the inputs get a checksum that fits their damage, so that they reach past it.</summary>
    private static byte[] Input(Random random)
    {
        byte[] bytes = Mutation.Of(random, Valid[random.Next(Valid.Length)]);
        if (random.Next(3) == 0 && bytes.Length >= sizeof(int))
            BinaryPrimitives.WriteInt32BigEndian(bytes, bytes.Length);
        if (random.Next(2) == 0 && bytes.Length >= RecordChecksum.SizeBytes)
            RecordChecksum.Write(bytes.AsSpan(^20..), ReferenceCrc32.Compute(bytes.AsSpan(..^20)));
        return bytes;
    }

    private static void AssertVerifyAgreesWithTheReference(RecordView record)
    {
        if (record.Verify(record.PhysicalOffset, requiresChecksum: true) == RecordDefect.None)
        {
            byte[] expected = new BytesBuilder().Raw(record.Bytes[..^20].ToArray()).Checksum().ToArray();
            Assert.Equal(expected, record.Bytes);
        }
        else if (record.Verify(record.PhysicalOffset) == RecordDefect.None)
        {
            Assert.Equal((int)(ReferenceCrc32.Compute(record.Body) & 0x7FFFFFFF), record.BodyCrc);
        }
    }

    private static byte[] Encode(RecordView record)
    {
        var encoder = new RecordEncoder(new MessageDraft
        {
            Topic = record.Topic,
            QueueId = record.QueueId,
            Body = record.Body,
            Properties = record.PropertiesWithoutChecksum,
            Flag = record.Flag,
            SystemFlags = record.SystemFlags,
            BornTimestamp = record.BornTimestamp,
            BornHost = record.BornHost,
            StoreHost = record.StoreHost,
            ReconsumeTimes = record.ReconsumeTimes,
            PreparedTransactionOffset = record.PreparedTransactionOffset,
        });
        byte[] encoded = new byte[encoder.SizeBytes];
        encoder.Write(encoded, record.QueueOffset, record.PhysicalOffset, record.StoreTimestamp);
        return encoded;
    }

    private static void AssertSameFields(RecordView expected, RecordView actual)
    {
        Assert.Equal(expected.QueueId, actual.QueueId);
        Assert.Equal(expected.Flag, actual.Flag);
        Assert.Equal(expected.QueueOffset, actual.QueueOffset);
        Assert.Equal(expected.PhysicalOffset, actual.PhysicalOffset);
        Assert.Equal(expected.SystemFlags, actual.SystemFlags);
        Assert.Equal(expected.BornTimestamp, actual.BornTimestamp);
        Assert.Equal(expected.BornHost, actual.BornHost);
        Assert.Equal(expected.StoreTimestamp, actual.StoreTimestamp);
        Assert.Equal(expected.StoreHost, actual.StoreHost);
        Assert.Equal(expected.ReconsumeTimes, actual.ReconsumeTimes);
        Assert.Equal(expected.PreparedTransactionOffset, actual.PreparedTransactionOffset);
        Assert.Equal(expected.Body, actual.Body);
        Assert.Equal(expected.Topic, actual.Topic);
        Assert.True(actual.PropertiesWithoutChecksum.StartsWith(expected.PropertiesWithoutChecksum));
        Assert.InRange(actual.PropertiesWithoutChecksum.Length - expected.PropertiesWithoutChecksum.Length, 0, 1);
        Assert.Equal(new OffsetMessageId(expected.StoreHost, 1), new OffsetMessageId(actual.StoreHost, 1));
    }

    /// <summary>Whether the encoder would have chosen this form: checksum, separators, width of the topic.</summary>
    private static bool IsCanonical(RecordView record)
    {
        bool isWide = BinaryPrimitives.ReadInt32BigEndian(record.Bytes[4..]) == RecordLayout.MagicWideTopic;
        ReadOnlySpan<byte> properties = record.PropertiesWithoutChecksum;
        return properties.Length != record.Properties.Length
            && (properties.IsEmpty || properties[^1] == PropertyBlock.ValueEnd)
            && isWide == record.Topic.Length > RecordLayout.MaxNarrowTopicBytes;
    }
}
