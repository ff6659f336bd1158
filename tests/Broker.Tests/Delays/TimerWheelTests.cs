using OrleansMq.Broker.Delays;

namespace OrleansMq.Broker.Tests.Delays;

public sealed class TimerWheelTests
{
    private readonly TimerWheel _wheel = new(100_000);
    private readonly TimerEntry[] _due = new TimerEntry[64];

    [Theory]
    [InlineData(1_000, 999, 1_000)]
    [InlineData(1_001, 1_009, 1_010)]
    [InlineData(1_009, 1_009, 1_010)]
    [InlineData(0, -1, 0)]
    public void Advance_IsNeverEarlyAndLessThanATickLate(long dueMilliseconds, long before, long at)
    {
        _wheel.Add(new TimerEntry(dueMilliseconds, 5, 100));
        Assert.Equal(at, _wheel.NextDue);
        if (before >= 0)
            Assert.Equal(0, _wheel.Advance(before, _due));
        Assert.Equal(1, _wheel.Advance(at, _due));
        Assert.Equal(new TimerEntry(dueMilliseconds, 5, 100), _due[0]);
        Assert.Equal((0, null), (_wheel.Count, _wheel.NextDue));
    }

    [Fact]
    public void Advance_HandsOutInDueOrder_AcrossAllLevels()
    {
        long[] dues =
            [TimerWheel.MaxDueMilliseconds, 10, 1L << 50, 20, 1L << 40, 640, 650, 40_960, 1L << 31, 2_621_440];
        for (int index = 0; index < dues.Length; index++)
            _wheel.Add(new TimerEntry(dues[index], index, 1));
        Assert.Equal(dues.Length, _wheel.Advance(long.MaxValue, _due));
        Assert.Equal(dues.Order(), _due.Take(dues.Length).Select(entry => entry.DueMilliseconds));
    }

    [Fact]
    public void Advance_GoesOn_WhereAFullSpanStopped()
    {
        for (int index = 0; index < 100; index++)
            _wheel.Add(new TimerEntry(1_000, index, 1));
        Assert.Equal(64, _wheel.Advance(1_000, _due));
        Assert.Equal(36, _wheel.Count);
        Assert.Equal(36, _wheel.Advance(1_000, _due));
    }

    [Fact]
    public void Advance_HandsOutWhatWasAlreadyDueWhenAdded()
    {
        _wheel.Add(new TimerEntry(100_000, 1, 1));
        _wheel.Advance(100_000, _due);
        _wheel.Add(new TimerEntry(200_000, 2, 1));
        _wheel.Add(new TimerEntry(50, 3, 1));
        Assert.Equal(1, _wheel.Advance(100_000, _due));
        Assert.Equal(3, _due[0].PhysicalOffset);
        Assert.Equal(200_000, _wheel.NextDue);
    }

    [Fact]
    public void Advance_IsNotLate_WhenTheClockGoesBack()
    {
        _wheel.Add(new TimerEntry(100_000, 1, 1));
        _wheel.Add(new TimerEntry(100_100, 2, 1));
        Assert.Equal(1, _wheel.Advance(100_000, _due));
        _wheel.Add(new TimerEntry(96_000, 3, 1));
        Assert.Equal(0, _wheel.Advance(95_000, _due));
        Assert.Equal(1, _wheel.Advance(96_000, _due));
        Assert.Equal(3, _due[0].PhysicalOffset);
        Assert.Equal(1, _wheel.Advance(100_100, _due));
    }

    [Fact]
    public void Remove_TakesTheEntryOut()
    {
        _wheel.Add(new TimerEntry(1_000, 1, 1));
        _wheel.Add(new TimerEntry(1_000, 2, 1));
        _wheel.Add(new TimerEntry(1_000, 3, 1));
        Assert.True(_wheel.Remove(2));
        Assert.False(_wheel.Remove(2));
        Assert.Equal(2, _wheel.Advance(1_000, _due));
        Assert.Equal([1, 3], _due.Take(2).Select(entry => entry.PhysicalOffset));
    }

    [Fact]
    public void NextDue_NamesTheTimeOfARemovedEntryAtMostOnce()
    {
        _wheel.Add(new TimerEntry(10, 0, 1));
        _wheel.Add(new TimerEntry(100_000, 1, 1));
        _wheel.Add(new TimerEntry(100_500, 2, 1));
        _wheel.Remove(0);
        _wheel.Remove(1);
        Assert.Equal(100_000, _wheel.NextDue);
        Assert.Equal(0, _wheel.Advance(100_000, _due));
        Assert.Equal(100_500, _wheel.NextDue);
    }

    [Fact]
    public void Add_Refuses_WhenTheWheelIsFull()
    {
        var wheel = new TimerWheel(2);
        Assert.Equal(TimerAddStatus.Added, wheel.Add(new TimerEntry(1_000, 1, 1)));
        Assert.Equal(TimerAddStatus.Added, wheel.Add(new TimerEntry(1_000, 2, 1)));
        Assert.Equal(TimerAddStatus.Full, wheel.Add(new TimerEntry(1_000, 3, 1)));
        wheel.Remove(1);
        Assert.Equal(TimerAddStatus.Added, wheel.Add(new TimerEntry(1_000, 3, 1)));
    }

    [Fact]
    public void Add_ChangesNothing_WhenTheRecordWaitsAlready()
    {
        _wheel.Add(new TimerEntry(1_000, 1, 1));
        Assert.Equal(TimerAddStatus.AlreadyThere, _wheel.Add(new TimerEntry(500, 1, 1)));
        Assert.Equal((1, 1_000), (_wheel.Count, _wheel.NextDue));
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(TimerWheel.MaxDueMilliseconds + 1, 0)]
    [InlineData(0, -1)]
    public void Add_Throws_WhenANumberIsOutOfRange(long dueMilliseconds, long physicalOffset) =>
        Assert.Throws<ArgumentOutOfRangeException>(
            () => _wheel.Add(new TimerEntry(dueMilliseconds, physicalOffset, 1)));

    [Fact]
    public void AddRemoveAdvance_AllocateNothing_OnceThePoolHasGrown()
    {
        Churn();
        long before = GC.GetAllocatedBytesForCurrentThread();
        int count = Churn();
        long bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal((5_000, 0), (count, bytes));
    }

    [Fact]
    public void Add_TakesAboutFortyBytesAnEntry()
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        var wheel = new TimerWheel(1 << 20);
        for (int index = 0; index < 1 << 20; index++)
            wheel.Add(new TimerEntry(index * 7L, index * 100L, 100));
        // The buckets double as they grow: those given up come to less than those kept.
        long bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.InRange(bytes / (double)wheel.Count, 32, 41);
    }

    private int Churn()
    {
        for (int index = 0; index < 10_000; index++)
            _wheel.Add(new TimerEntry(1_000 + (index * 37L), index, 1));
        for (int index = 0; index < 10_000; index += 2)
            _wheel.Remove(index);
        int count = 0;
        while (_wheel.Advance(long.MaxValue, _due) is var taken and > 0)
            count += taken;
        return count;
    }
}
