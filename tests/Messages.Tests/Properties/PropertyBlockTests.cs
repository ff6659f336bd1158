using OrleansMq.Messages.Properties;

namespace OrleansMq.Messages.Tests.Properties;

public sealed class PropertyBlockTests
{
    [Theory]
    [InlineData("TAGS\u0001TagA\u0002KEYS\u0001k1\u0002")]
    [InlineData("TAGS\u0001TagA\u0002KEYS\u0001k1")]
    public void TryGet_FindsTheValue_WithAndWithoutTheLastSeparator(string block)
    {
        Assert.True(PropertyBlock.TryGet(Utf8(block), PropertyNames.Tags, out ReadOnlySpan<byte> tags));
        Assert.Equal("TagA"u8, tags);
        Assert.True(PropertyBlock.TryGet(Utf8(block), PropertyNames.Keys, out ReadOnlySpan<byte> keys));
        Assert.Equal("k1"u8, keys);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\u0001")]
    [InlineData("\u0002\u0002")]
    [InlineData("TAGS")]
    [InlineData("TAGS\u0002\u0001TagA\u0002")]
    [InlineData("XTAGS\u0001a\u0002TAG\u0001b\u0002tags\u0001c\u0002")]
    public void TryGet_FindsNothing_WhenNoPairHasTheName(string block)
    {
        Assert.False(PropertyBlock.TryGet(Utf8(block), PropertyNames.Tags, out ReadOnlySpan<byte> value));
        Assert.True(value.IsEmpty);
    }

    [Fact]
    public void TryGet_GivesAnEmptyValue_WhenNothingFollowsTheName()
    {
        Assert.True(PropertyBlock.TryGet("TAGS\u0001\u0002"u8, PropertyNames.Tags, out ReadOnlySpan<byte> value));
        Assert.True(value.IsEmpty);
    }

    [Fact]
    public void TryGet_GivesTheLastValue_WhenANameComesTwice()
    {
        ReadOnlySpan<byte> block = "a\u00011\u0002b\u00012\u0002a\u00013"u8;
        Assert.True(PropertyBlock.TryGet(block, "a"u8, out ReadOnlySpan<byte> value));
        Assert.Equal("3"u8, value);
    }

    [Fact]
    public void ToDictionary_KeepsTheLastValue_WhenANameComesTwice() => Assert.Equal(
        new Dictionary<string, string> { ["a"] = "3", ["b"] = "2" },
        PropertyBlock.ToDictionary("a\u00011\u0002b\u00012\u0002a\u00013"u8));

    [Fact]
    public void Enumerate_GivesPairsInOrder_PassingOverPiecesWithoutAName()
    {
        var pairs = new List<string>();
        foreach (PropertyPair pair in PropertyBlock.Enumerate("b\u00011\u0002junk\u0002\u0001x\u0002a\u00012\u00013"u8))
            pairs.Add($"{Text(pair.Name)}={Text(pair.Value)}");
        Assert.Equal(["b=1", "a=2\u00013"], pairs);
    }

    [Fact]
    public void FromPairs_WritesBothSeparators_BehindEveryPair()
    {
        byte[] block = PropertyBlock.FromPairs([new("TAGS", "\u00E4"), new("KEYS", "")]);
        Assert.Equal("TAGS\u0001\u00E4\u0002KEYS\u0001\u0002"u8, block);
    }

    [Theory]
    [InlineData("a\u0001", "1")]
    [InlineData("a\u0002", "1")]
    [InlineData("a", "1\u0001")]
    [InlineData("a", "\u00021")]
    public void FromPairs_Throws_WhenASeparatorIsInside(string name, string value) =>
        Assert.Throws<ArgumentException>(() => PropertyBlock.FromPairs([new(name, value)]));

    [Fact]
    public void TryGet_AllocatesNothing()
    {
        ReadOnlySpan<byte> block = "b\u00011\u0002junk\u0002a\u00012"u8;
        PropertyBlock.TryGet(block, "a"u8, out _);
        long before = GC.GetAllocatedBytesForCurrentThread();
        bool isFound = PropertyBlock.TryGet(block, "a"u8, out _);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(isFound);
    }

    private static byte[] Utf8(string text) => System.Text.Encoding.UTF8.GetBytes(text);

    private static string Text(ReadOnlySpan<byte> utf8) => System.Text.Encoding.UTF8.GetString(utf8);
}
