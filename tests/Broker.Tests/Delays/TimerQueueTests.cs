using OrleansMq.Broker.Delays;

namespace OrleansMq.Broker.Tests.Delays;

public sealed class TimerQueueTests
{
    private readonly TimerQueue _queue = new();
    private readonly TimerEntry[] _due = new TimerEntry[64];

    [Fact]
    public void Take_IsToTheMillisecond_AndNeverEarly()
    {
        _queue.Add(new TimerEntry(1_001, 5));
        Assert.Equal(1_001, _queue.NextDue);
        Assert.Equal(0, _queue.Take(1_000, _due));
        Assert.Equal(1, _queue.Take(1_001, _due));
        Assert.Equal(new TimerEntry(1_001, 5), _due[0]);
        Assert.Null(_queue.NextDue);
    }

    [Fact]
    public void Take_HandsOutInTheOrderOfTimeThenOfTheLog()
    {
        long[] dues = [long.MaxValue, 10, 1L << 50, 20, 10, 640, 650, 40_960, 10, 0];
        for (int index = 0; index < dues.Length; index++)
            _queue.Add(new TimerEntry(dues[index], index));
        Assert.Equal(dues.Length, _queue.Take(long.MaxValue, _due));
        Assert.Equal([9, 1, 4, 8, 3, 5, 6, 7, 2, 0], _due.Take(dues.Length).Select(entry => entry.PhysicalOffset));
    }

    [Fact]
    public void Take_GoesOn_WhereAFullSpanStopped()
    {
        for (int index = 0; index < 100; index++)
            _queue.Add(new TimerEntry(1_000, index));
        Assert.Equal(64, _queue.Take(1_000, _due));
        Assert.Equal(36, _queue.Take(1_000, _due));
        Assert.Equal(64, _due[0].PhysicalOffset);
    }

    [Fact]
    public void Take_IsNotLate_WhenTheClockGoesBack()
    {
        _queue.Add(new TimerEntry(100_000, 1));
        _queue.Add(new TimerEntry(100_100, 2));
        Assert.Equal(1, _queue.Take(100_000, _due));
        _queue.Add(new TimerEntry(96_000, 3));
        Assert.Equal(0, _queue.Take(95_000, _due));
        Assert.Equal(1, _queue.Take(96_000, _due));
        Assert.Equal(3, _due[0].PhysicalOffset);
        Assert.Equal(1, _queue.Take(100_100, _due));
    }

    [Fact]
    public void TakenEntry_StaysUntilItIsRemoved_AndIsNotHandedOutAgain()
    {
        _queue.Add(new TimerEntry(1_000, 1));
        _queue.Take(1_000, _due);
        Assert.Equal(0, _queue.Take(2_000, _due));
        Assert.False(_queue.Add(new TimerEntry(1_000, 1)));
        Assert.Equal(1, _queue.Count);
        Assert.True(_queue.Remove(1));
        Assert.Equal(0, _queue.Count);
    }

    [Fact]
    public void PutBack_LetsATakenEntryWait_UnlessItWasRemoved()
    {
        _queue.Add(new TimerEntry(1_000, 1));
        _queue.Add(new TimerEntry(1_000, 2));
        _queue.Take(1_000, _due);
        _queue.Remove(2);
        _queue.PutBack(new TimerEntry(3_000, 1));
        _queue.PutBack(new TimerEntry(3_000, 2));
        Assert.Equal((1, 3_000), (_queue.Count, _queue.NextDue));
        Assert.Equal(1, _queue.Take(3_000, _due));
    }

    [Fact]
    public void TryTake_HandsOutAnEntryBeforeItsTime_Once()
    {
        _queue.Add(new TimerEntry(1_000, 1));
        Assert.True(_queue.TryTake(1, out TimerEntry entry));
        Assert.Equal(new TimerEntry(1_000, 1), entry);
        Assert.False(_queue.TryTake(1, out _));
        Assert.False(_queue.TryTake(2, out _));
        Assert.Equal(0, _queue.Take(1_000, _due));
    }

    [Fact]
    public void Remove_TakesTheEntryOut()
    {
        for (int index = 1; index <= 3; index++)
            _queue.Add(new TimerEntry(1_000, index));
        Assert.True(_queue.Remove(2));
        Assert.False(_queue.Remove(2));
        Assert.Equal(2, _queue.Take(1_000, _due));
        Assert.Equal([1, 3], _due.Take(2).Select(entry => entry.PhysicalOffset));
    }

    [Fact]
    public void Add_ChangesNothing_WhenTheRecordWaitsAlready()
    {
        Assert.True(_queue.Add(new TimerEntry(1_000, 1)));
        Assert.False(_queue.Add(new TimerEntry(500, 1)));
        Assert.Equal((1, 1_000), (_queue.Count, _queue.NextDue));
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(0, -1)]
    public void Add_Throws_WhenANumberIsOutOfRange(long dueMilliseconds, long physicalOffset) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => _queue.Add(new TimerEntry(dueMilliseconds, physicalOffset)));

    [Fact]
    public void AddRemoveTake_AllocateNothing_OnceThereIsRoom()
    {
        // One stays, or else the memory would be given back.
        _queue.Add(new TimerEntry(long.MaxValue, long.MaxValue));
        Churn();
        long before = GC.GetAllocatedBytesForCurrentThread();
        int count = Churn();
        long bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal((5_000, 0), (count, bytes));
    }

    [Fact]
    public void Add_TakesThirtyTwoBytesAnEntry()
    {
        const int Entries = 1_000_000;
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int index = 0; index < Entries; index++)
            _queue.Add(new TimerEntry(index * 7L, index * 100L));
        long bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.InRange(bytes / (double)Entries, 31.9, 33);
    }

    [Fact]
    public void Add_LooksAtFewOthers_WhateverOffsetsTheRecordsHave()
    {
        foreach (int stride in (int[])[1, 91, 256, 4_096, 65_536])
        {
            var pool = new TimerPool();
            for (long index = 0; index < 100_000; index++)
                pool.Take(index * stride);
            Assert.InRange(LongestChain(pool, 100_000), 1, 16);
        }
    }

    private static int LongestChain(TimerPool pool, int count)
    {
        var lengths = new int[count];
        int longest = 0;
        for (int index = 0; index < count; index++)
        {
            // A node comes before those that were added to its chain earlier.
            int next = pool[index].NextOfHash;
            lengths[index] = next == TimerPool.None ? 1 : lengths[next] + 1;
            longest = Math.Max(longest, lengths[index]);
        }

        return longest;
    }

    private int Churn()
    {
        for (int index = 0; index < 10_000; index++)
            _queue.Add(new TimerEntry(1_000 + (index * 37L), index));
        for (int index = 0; index < 10_000; index += 2)
            _queue.Remove(index);
        int count = 0;
        while (_queue.Take(long.MaxValue - 1, _due) is var taken and > 0)
        {
            foreach (TimerEntry entry in _due.AsSpan(0, taken))
                _queue.Remove(entry.PhysicalOffset);
            count += taken;
        }

        return count;
    }
}
