using OrleansMq.Broker.Delays;

namespace OrleansMq.Broker.Tests.Delays;

public sealed class TimerSnapshotTests
{
    private readonly TimerQueue _queue = new();

    public TimerSnapshotTests()
    {
        _queue.Add(new TimerEntry(0x0102030405060708, 0x1112131415161718));
        _queue.Add(new TimerEntry(5, 6));
    }

    [Fact]
    public void Encode_WritesTheLayout()
    {
        _queue.Remove(6);
        Assert.Equal(
            "4F4D5154" + "00000002" + "3132333435363738" + "00000001" + "0102030405060708" + "1112131415161718",
            Convert.ToHexString(Encode(0x3132333435363738)[..^4]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(100)]
    public void TryDecode_BringsBackWhatEncodeWrote(int entriesPerPart)
    {
        byte[] file = Encode(0x2000000000000000, entriesPerPart);
        Assert.True(TimerSnapshot.TryDecode(file, out TimerSnapshot snapshot, out string? problem), problem);
        Assert.Equal((0x2000000000000000, 2), (snapshot.Position, snapshot.Count));
        Assert.Equal(new TimerEntry(0x0102030405060708, 0x1112131415161718), snapshot[0]);
        Assert.Equal(new TimerEntry(5, 6), snapshot[1]);
    }

    [Fact]
    public void Encode_CountsAnEntryThatIsHandedOutAsDue()
    {
        _queue.TryTake(6, out _);
        byte[] file = Encode(long.MaxValue);
        Assert.True(TimerSnapshot.TryDecode(file, out TimerSnapshot snapshot, out string? problem), problem);
        Assert.Equal(new TimerEntry(0, 6), snapshot[1]);
    }

    [Fact]
    public void TryDecode_GivesAProblem_WhenAnyBitIsWrong()
    {
        byte[] file = Encode(long.MaxValue);
        for (int bit = 0; bit < file.Length * 8; bit++)
        {
            byte[] damaged = [.. file];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            AssertProblem(damaged);
        }
    }

    [Fact]
    public void TryDecode_GivesAProblem_WhenTheLengthIsWrong()
    {
        byte[] file = Encode(long.MaxValue);
        for (int length = 0; length < file.Length; length++)
            AssertProblem(file[..length]);
        AssertProblem([.. file, 0]);
    }

    [Theory]
    [InlineData(0, 2_000, 16_777_216)]
    [InlineData(100_000, 6_250, 16_777_216)]
    [InlineData(10_000_000, 625_000, 160_000_000)]
    [InlineData(100_000_000, 900_000, 1_600_000_000)]
    public void File_IsWrittenTheLessOftenTheLargerItIs(int count, long intervalMilliseconds, long distanceBytes)
    {
        Assert.Equal(intervalMilliseconds, TimerSnapshot.IntervalMilliseconds(count));
        Assert.Equal(distanceBytes, TimerSnapshot.DistanceBytes(count));
    }

    private static void AssertProblem(byte[] content)
    {
        Assert.False(TimerSnapshot.TryDecode(content, out _, out string? problem));
        Assert.NotEmpty(problem);
    }

    private byte[] Encode(long position, int entriesPerPart = 2)
    {
        TimerCopy copy = _queue.BeginCopy(position);
        return [.. TimerSnapshot.Encode(copy, entries => (copy.MoveNext(entries, out int count), count), entriesPerPart)
            .SelectMany(part => part.ToArray())];
    }
}
