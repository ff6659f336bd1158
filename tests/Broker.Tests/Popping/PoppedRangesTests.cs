using OrleansMq.Broker.Popping;

namespace OrleansMq.Broker.Tests.Popping;

public sealed class PoppedRangesTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("0", "0-1")]
    [InlineData("5 6 7", "5-8")]
    [InlineData("7 5 6 5", "5-8")]
    [InlineData("1 3 4 9", "1-2 3-5 9-10")]
    public void ForEach_GivesRunsWithoutAGap(string offsets, string expected)
    {
        var runs = new List<string>();

        PoppedRanges.ForEach(
            offsets.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(long.Parse),
            (from, to) => runs.Add($"{from}-{to}"));

        Assert.Equal(expected, string.Join(' ', runs));
    }
}
