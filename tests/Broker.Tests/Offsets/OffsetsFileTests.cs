using System.Text;
using OrleansMq.Broker.Metadata;
using OrleansMq.Broker.Offsets;
using OrleansMq.Broker.Tests.Metadata;

namespace OrleansMq.Broker.Tests.Offsets;

public sealed class OffsetsFileTests
{
    private static readonly OffsetTable Table = new(
        [
            new CommittedOffset("g1", "Orders", 0, 12),
            new CommittedOffset("g1", "Orders", 1, 7),
            new CommittedOffset("g1", "%RETRY%g1", 0, 0),
            new CommittedOffset("g2", "Orders", 0, long.MaxValue),
        ],
        new DataVersion(0, 1_700_000_000_000, 4));

    [Fact]
    public void Encode_WritesTheLayoutOfRocketMq()
    {
        string text = Encoding.UTF8.GetString(OffsetsFile.Encode(Table with { Offsets = [.. Table.Offsets.Take(2)] }));
        Assert.Equal(
            """{"dataVersion":{"counter":4,"stateVersion":0,"timestamp":1700000000000}"""
                + ""","offsetTable":{"Orders@g1":{"0":12,"1":7}}}""",
            string.Concat(text.Where(letter => !char.IsWhiteSpace(letter))));
    }

    [Fact]
    public void TryDecode_BringsBackWhatEncodeWrote()
    {
        Assert.True(
            OffsetsFile.TryDecode(OffsetsFile.Encode(Table), out OffsetTable? table, out string? problem), problem);
        Assert.Equal(Table.Offsets, table.Offsets);
        Assert.Equal(Table.Version, table.Version);
    }

    [Fact]
    public void Resets_ComeBack_AndAreNoConcernOfWhoReadsOffsetsOnly()
    {
        OffsetTable table = Table with
        {
            Resets =
            [
                new GroupReset("g1", new QueueReset("Orders", 0, 3, new ResetMark(12, 40, 1_700_000_000_000))),
                new GroupReset("g1", new QueueReset("Orders", 1, 1, null)),
            ],
        };
        byte[] file = OffsetsFile.Encode(table);
        Assert.True(OffsetsFile.TryDecode(file, out OffsetTable? read, out string? problem), problem);
        Assert.Equal(table.Offsets, read.Offsets);
        Assert.Equal(table.Resets, read.Resets);
        Assert.Contains(
            """resets":{"Orders@g1":{"0":{"count":3,"start":12,"end":40,"until":1700000000000},"1":{"count":1}}}""",
            string.Concat(Encoding.UTF8.GetString(file).Where(letter => !char.IsWhiteSpace(letter))),
            StringComparison.Ordinal);
        Damage.AssertNeverThrows<OffsetTable>(OffsetsFile.TryDecode, file);
    }

    [Theory]
    [InlineData("""{"offsetTable":{"Orders@g1":{0:12,1:7}}}""")]
    [InlineData("""{ "offsetTable" : { "Orders@g1" : { 0 : 12 , 1 : 7 } } }""")]
    [InlineData("""{"offsetTable":{"Orders@g1":{"0":12,1:7}},"other":[1,2,{3:4}]}""")]
    public void TryDecode_ReadsUnquotedKeys(string file)
    {
        Assert.True(
            OffsetsFile.TryDecode(Encoding.UTF8.GetBytes(file), out OffsetTable? table, out string? problem), problem);
        Assert.Equal(Table.Offsets.Take(2), table.Offsets);
    }

    [Fact]
    public void TryDecode_PassesOverNegativeOffsets()
    {
        ReadOnlySpan<byte> file = """{"offsetTable":{"Orders@g1":{0:-1,1:7}}}"""u8;
        Assert.True(OffsetsFile.TryDecode(file, out OffsetTable? table, out _));
        Assert.Equal([new CommittedOffset("g1", "Orders", 1, 7)], table.Offsets);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"offsetTable\":{\"Orders\":{0:1}}}")]
    [InlineData("{\"offsetTable\":{\"Orders@\":{0:1}}}")]
    [InlineData("{\"offsetTable\":{\"a@b@c\":{0:1}}}")]
    [InlineData("{\"offsetTable\":{\"a@b\":{-1:1}}}")]
    [InlineData("{\"offsetTable\":{\"a@b\":{\"x\":1}}}")]
    [InlineData("{\"offsetTable\":{\"a@b\":{0:1.5}}}")]
    [InlineData("{\"offsetTable\":{\"a@b\":{0:9223372036854775808}}}")]
    [InlineData("{\"offsetTable\":{\"a@b\":7}}")]
    public void TryDecode_GivesAProblem_WhenAValueIsWrong(string file) =>
        Damage.AssertProblem<OffsetTable>(OffsetsFile.TryDecode, Encoding.UTF8.GetBytes(file));

    [Fact]
    public void TryDecode_NeverThrows_WhateverTheDamage() =>
        Damage.AssertNeverThrows<OffsetTable>(OffsetsFile.TryDecode, OffsetsFile.Encode(Table));

    [Fact]
    public void Encode_Throws_WhenOffsetsOfATopicAndGroupAreApart() => Assert.Throws<ArgumentException>(
        () => OffsetsFile.Encode(Table with { Offsets = [Table.Offsets[0], Table.Offsets[2], Table.Offsets[1]] }));
}
