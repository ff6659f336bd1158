using OrleansMq.Broker.Tracing;

namespace OrleansMq.Broker.Tests.Tracing;

public sealed class DeliveryRecordTests
{
    private static readonly DeliveryRange[] Ranges =
    [
        new(DeliveryKind.Delivered, "group", "10.0.0.1@7", "Orders", 3, 100, 132, 1_700_000_000_500, 1_700_000_000_900),
        new(DeliveryKind.Acknowledged, "group", "", "Orders", 3, -1, 132, 1_700_000_000_000, 1_700_000_000_000),
        new(DeliveryKind.Delivered, "größer", "10.0.0.1@7", "%RETRY%group", 16_383, 0, 1, 1_700_000_000_999,
            1_700_000_000_999),
    ];

    [Fact]
    public void Record_GivesBackWhatWasWritten()
    {
        byte[] body = DeliveryRecord.Encode(Ranges, 65_536, out int taken);
        var read = new List<DeliveryRange>();

        Assert.True(DeliveryRecord.TryDecode(body, read));
        Assert.Equal((3, Ranges), (taken, read.ToArray()), RangesComparer.Instance);
        Assert.InRange(body.Length, 1, 120);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(400, 2)]
    [InlineData(65_536, 3)]
    public void Encode_TakesWhatFits_AndOneAtLeast(int maxBytes, int expected)
    {
        byte[] body = DeliveryRecord.Encode(Ranges, maxBytes, out int taken);
        Assert.Equal(expected, taken);
        Assert.True(body.Length <= maxBytes || taken == 1);
    }

    [Fact]
    public void Encode_CutsNames_ThatAreTooLong()
    {
        byte[] body = DeliveryRecord.Encode(
            [Ranges[0] with { Client = new string('c', 100_000) }], 4_096, out _);
        var read = new List<DeliveryRange>();
        Assert.True(DeliveryRecord.TryDecode(body, read));
        Assert.Equal(DeliveryRecord.MaxNameBytes, Assert.Single(read).Client.Length);
        Assert.InRange(body.Length, 1, 4_096);
    }

    [Fact]
    public void Decode_RefusesEveryTruncation_AndAddsNothing()
    {
        byte[] body = DeliveryRecord.Encode(Ranges, 65_536, out _);
        for (int length = 0; length < body.Length; length++)
        {
            var read = new List<DeliveryRange>();
            Assert.False(DeliveryRecord.TryDecode(body.AsSpan(0, length), read));
            Assert.Empty(read);
        }
    }

    [Fact]
    public void Decode_NeverThrows_WhateverTheBytes()
    {
        var random = new Random(20260101);
        byte[] whole = DeliveryRecord.Encode(Ranges, 65_536, out _);
        for (int run = 0; run < 20_000; run++)
        {
            byte[] body = [.. whole];
            for (int change = 0; change < 3; change++)
                body[random.Next(body.Length)] = (byte)random.Next(256);
            DeliveryRecord.TryDecode(body, new List<DeliveryRange>());
        }
    }

    private sealed class RangesComparer : IEqualityComparer<(int Taken, DeliveryRange[] Ranges)>
    {
        public static RangesComparer Instance { get; } = new();

        public bool Equals((int Taken, DeliveryRange[] Ranges) one, (int Taken, DeliveryRange[] Ranges) other) =>
            one.Taken == other.Taken && one.Ranges.SequenceEqual(other.Ranges);

        public int GetHashCode((int Taken, DeliveryRange[] Ranges) value) => value.Taken;
    }
}
