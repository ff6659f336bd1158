using OrleansMq.Broker.Statistics;

namespace OrleansMq.Broker.Tests.Statistics;

public sealed class FlowTableTests
{
    private const long Hour = 3_600_000;

    [Fact]
    public void FindOrAdd_GivesTheSameCounter_AndNoneBeyondTheLimit()
    {
        var table = new FlowTable<string>(maxItems: 2, startedAt: 0);
        Flow? first = table.FindOrAdd("first");
        Assert.NotNull(first);
        Assert.NotNull(table.FindOrAdd("second"));

        Assert.Same(first, table.FindOrAdd("first"));
        Assert.Null(table.FindOrAdd("third"));
        Assert.True(table.IsFull);
        Assert.False(table.TryRead("third", 0, out _));
    }

    [Fact]
    public void Sample_GivesUpWhatHasNotMovedForADay_AndMakesRoom()
    {
        var table = new FlowTable<string>(maxItems: 2, startedAt: 0);
        Flow idle = table.FindOrAdd("idle")!;
        Flow busy = table.FindOrAdd("busy")!;
        idle.Add(1, 10, 0);
        for (long now = Hour; now <= 25 * Hour; now += Hour)
        {
            busy.Add(1, 10, 0);
            Assert.NotNull(table.Find("idle"));
            table.Sample(now);
        }

        Assert.Null(table.Find("idle"));
        Assert.True(idle.IsGivenUp);
        Assert.Same(busy, table.Find("busy"));
        Assert.Equal(1, table.Count);
        Assert.NotNull(table.FindOrAdd("third"));
    }

    [Fact]
    public void Sample_KeepsWhatIsIdle_WhenItIsToldTo()
    {
        var table = new FlowTable<string>(maxItems: 1, startedAt: 0, keepsIdle: true);
        Flow? flow = table.FindOrAdd("idle");
        for (long now = Hour; now <= 30 * Hour; now += Hour)
            table.Sample(now);

        Assert.Same(flow, table.Find("idle"));
    }

    [Fact]
    public void TryRead_SaysWhatWasAddedLately()
    {
        var table = new FlowTable<string>(maxItems: 1, startedAt: 0);
        Flow flow = table.FindOrAdd("one")!;
        flow.Add(messages: 100, bytes: 1_000, microseconds: 5);
        for (long now = 10_000; now <= 100_000; now += 10_000)
            table.Sample(now);
        flow.Add(messages: 30, bytes: 300, microseconds: 7);

        Assert.True(table.TryRead("one", 100_000, out FlowReading? reading));
        Assert.Equal(new FlowTotals(30, 300, 1, 7), reading.Value.Minute.Added);
        Assert.Equal(new FlowTotals(130, 1_300, 2, 12), reading.Value.Hour.Added);
        Assert.Equal(0.5, table.MessagesPerSecond("one", 100_000));
        Assert.Equal(0, table.MessagesPerSecond("other", 100_000));
    }

    [Fact]
    public void Add_LosesNothing_WhenManyThreadsCount()
    {
        var flow = new Flow();
        Parallel.For(0, 8, _ =>
        {
            for (int call = 0; call < 10_000; call++)
                flow.Add(2, 3, 4);
        });

        Assert.Equal(new FlowTotals(160_000, 240_000, 80_000, 320_000), flow.Totals);
    }

    [Fact]
    public void GivenUntil_IsKeptByQueue()
    {
        var flow = new Flow();
        flow.Give(3, 30);
        flow.Give(9, 90);
        flow.Give(3, 31);

        Assert.Equal((31, 90, 0, 0), (
            flow.GivenUntil(3), flow.GivenUntil(9), flow.GivenUntil(0), flow.GivenUntil(1_000)));
    }
}
