using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansMq.Broker.Delays;
using OrleansMq.Broker.Metadata;
using OrleansMq.Broker.Nodes;
using OrleansMq.Broker.Tests.Metadata;
using OrleansMq.Broker.Tests.Nodes;
using OrleansMq.Storage;
using OrleansMq.Storage.Files;

namespace OrleansMq.Broker.Tests.Delays;

public sealed class DelayedMessagesTests
{
    /// <summary>The snapshot on disk is of an earlier state: no later position may count as durable meanwhile.</summary>
    [Fact]
    public void PrepareDurable_AsksAgain_WhenThereWasNoSpaceForTheSnapshot()
    {
        var files = new FullFiles { IsFull = true };
        var delayed = new DelayedMessages(
            new BrokerOptions(), new StoreOptions(), files,
            new BrokerIdentity("DefaultCluster", "broker-a", new IPEndPoint(IPAddress.Loopback, 9876)),
            new ManualTime(), NullLogger.Instance);

        Assert.Throws<StoreIOException>(delayed.PrepareDurable(100)!);
        Assert.Equal(0, delayed.DurableUntil);
        Assert.Throws<StoreIOException>(delayed.PrepareDurable(200)!);
        Assert.Equal(0, delayed.DurableUntil);
        files.IsFull = false;
        delayed.PrepareDurable(300)!();

        Assert.Equal(300, delayed.DurableUntil);
        Assert.True(files.IsWritten);
    }

    /// <summary>What costs much is written seldom.</summary>
    [Fact]
    public void PrepareDurable_WritesNothing_WhileLittleHappensToManyTimers()
    {
        var files = new MemoryFiles();
        var time = new ManualTime();
        var timers = new TimerIndex(files, 1_000, time.Milliseconds, NullLogger.Instance);
        for (int index = 0; index < 1_000_000; index++)
            timers.Add(new TimerEntry(long.MaxValue, index), index);
        timers.PrepareDurable(1_000_000, time.Milliseconds)!();

        timers.Add(new TimerEntry(long.MaxValue, 1_000_000), 1_000_000);
        Assert.Null(timers.PrepareDurable(2_000_000, time.Milliseconds + 60_000));
        Assert.Null(timers.PrepareDurable(16_999_999, time.Milliseconds + 60_000));
        Assert.Equal(1_000_000, timers.DurableUntil);
        Assert.NotNull(timers.PrepareDurable(2_000_000, time.Milliseconds + 63_000));
    }

    [Fact]
    public void PrepareDurable_Writes_WhenThereIsMuchLogBehindTheFile()
    {
        var timers = new TimerIndex(new MemoryFiles(), 1_000, 0, NullLogger.Instance);
        timers.PrepareDurable(100, 1_000_000)!();
        timers.Add(new TimerEntry(5, 200), 200);
        Assert.Null(timers.PrepareDurable(300, 1_000_001));
        Assert.NotNull(timers.PrepareDurable(20_000_000, 1_000_001));
    }

    [Fact]
    public void PrepareDurable_Writes_WhenTheClockWasSetBack()
    {
        var timers = new TimerIndex(new MemoryFiles(), 1_000, 0, NullLogger.Instance);
        timers.PrepareDurable(100, 1_000_000)!();
        timers.Add(new TimerEntry(5, 200), 200);
        Assert.NotNull(timers.PrepareDurable(300, 500_000));
    }

    /// <summary>The file that was loaded stands for every position up to the first record to change it.</summary>
    [Fact]
    public void DurableUntil_IsTheFirstRecordThatChangedSomething_AfterTheFileWasLoaded()
    {
        var files = new MemoryFiles();
        var timers = new TimerIndex(files, 1_000, 0, NullLogger.Instance);
        timers.Add(new TimerEntry(5, 50), 50);
        timers.PrepareDurable(100, 1_000_000)!();

        timers = new TimerIndex(files, 1_000, 1_000_000, NullLogger.Instance);
        Assert.Equal(long.MaxValue, timers.DurableUntil);
        timers.Add(new TimerEntry(5, 50), 50);
        timers.Add(new TimerEntry(6, 700), 700);
        Assert.Null(timers.PrepareDurable(900, 1_000_001));
        Assert.Equal(700, timers.DurableUntil);
    }

    [Fact]
    public void HurryBelow_MakesMessagesDue_WhoseRecordsStandBelow()
    {
        var timers = new TimerIndex(new MemoryFiles(), 1_000, 0, NullLogger.Instance);
        for (int index = 0; index < 10_000; index++)
            timers.Add(new TimerEntry(5_000 + index, index), index);

        timers.HurryBelow(6_000, 3_000, 5_000);
        var due = new TimerEntry[10_000];
        Assert.Equal(5_000, timers.Take(3_000, due, out _));
        timers.HurryBelow(6_000, 3_000, 5_000);
        Assert.Equal(1_000, timers.Take(3_000, due, out long? next));
        Assert.Equal(5_000 + 6_000, next);
    }

    private sealed class FullFiles : IMetadataFiles
    {
        public bool IsFull { get; set; }

        public bool IsWritten { get; private set; }

        public byte[]? TryRead(string name) => null;

        public void Replace(string name, ReadOnlySpan<byte> content)
        {
            if (IsFull)
                throw new StoreIOException("There is no space.") { IsDiskFull = true };
            IsWritten = true;
        }
    }
}
