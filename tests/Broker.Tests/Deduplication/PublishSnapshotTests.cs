using OrleansMq.Broker.Deduplication;
using OrleansMq.Broker.Tests.Metadata;

namespace OrleansMq.Broker.Tests.Deduplication;

public sealed class PublishSnapshotTests
{
    private static readonly KeyValuePair<UInt128, PublishedMessage>[] Messages =
    [
        new(new UInt128(0x0102030405060708, 0x1112131415161718), new PublishedMessage(
            0x2122232425262728, 0x3132333435363738, 0x41424344, 0x5152535455565758, 0x6162636465666768,
            0x7172737475767778, true)),
        new(7, new PublishedMessage(1, 2, 3, 4, 5, 6, false)),
    ];

    [Fact]
    public void Encode_WritesTheLayout() => Assert.Equal(
        "4F4D5155" + "00000001" + "0000000000000063" + "00000001"
            + "01020304050607081112131415161718" + "2122232425262728" + "3132333435363738" + "5152535455565758"
            + "6162636465666768" + "7172737475767778" + "41424344" + "00000001",
        Convert.ToHexString(PublishSnapshot.Encode(99, Messages[..1])[..^4]));

    [Fact]
    public void TryDecode_BringsBackWhatEncodeWrote()
    {
        byte[] file = PublishSnapshot.Encode(99, Messages);
        Assert.True(PublishSnapshot.TryDecode(file, out var read, out string? problem), problem);
        Assert.Equal(Messages, read);
    }

    [Fact]
    public void TryDecode_GivesAProblem_WhenAnyBitOrTheLengthIsWrong()
    {
        byte[] file = PublishSnapshot.Encode(99, Messages);
        for (int bit = 0; bit < file.Length * 8; bit++)
        {
            byte[] damaged = [.. file];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            Damage.AssertProblem<IReadOnlyList<KeyValuePair<UInt128, PublishedMessage>>>(
                PublishSnapshot.TryDecode, damaged);
        }

        for (int length = 0; length < file.Length; length++)
        {
            Damage.AssertProblem<IReadOnlyList<KeyValuePair<UInt128, PublishedMessage>>>(
                PublishSnapshot.TryDecode, file[..length]);
        }
    }
}
