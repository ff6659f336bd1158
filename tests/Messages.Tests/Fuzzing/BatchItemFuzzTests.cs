using OrleansMq.Messages.Records;

namespace OrleansMq.Messages.Tests.Fuzzing;

/// <summary>Goal: no body makes the reader throw, hang or allocate; what it takes encodes to the same bytes.</summary>
[Trait("Tier", "Fuzz")]
public sealed class BatchItemFuzzTests
{
    private static readonly byte[] Valid = Batch();

    [Fact]
    public void TryRead_GivesItemsThatEncodeToTheSameBytes_WhateverTheBytesAre() => FuzzRun.Check(random =>
    {
        byte[] bytes = Mutation.Of(random, Valid);
        ReadOnlySpan<byte> rest = bytes;
        while (true)
        {
            ReadOnlySpan<byte> whole = rest;
            long allocated = GC.GetAllocatedBytesForCurrentThread();
            bool isRead = BatchItem.TryRead(ref rest, out BatchItem item);
            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - allocated);
            if (!isRead)
            {
                Assert.True(whole == rest, "A refused item must leave the rest as it was.");
                return;
            }

            byte[] expected = whole[..^rest.Length].ToArray();
            expected.AsSpan(4, 8).Clear();
            byte[] encoded = new byte[BatchItem.SizeOf(item.Body.Length, item.Properties.Length)];
            BatchItem.Write(encoded, item.Flag, item.Body, item.Properties);
            Assert.Equal(expected, encoded);
        }
    });

    private static byte[] Batch()
    {
        byte[] batch = new byte[BatchItem.SizeOf(5, 7) + BatchItem.SizeOf(0, 0) + BatchItem.SizeOf(40, 0)];
        BatchItem.Write(batch, 9, "hello"u8, "TAGS\u0001a\u0002"u8);
        BatchItem.Write(batch.AsSpan(BatchItem.SizeOf(5, 7)), -1, [], []);
        BatchItem.Write(batch.AsSpan(BatchItem.SizeOf(5, 7) + BatchItem.SizeOf(0, 0)), 0, new byte[40], []);
        return batch;
    }
}
