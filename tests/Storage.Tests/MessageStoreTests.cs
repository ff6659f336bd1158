using System.Buffers;
using System.Text;
using OrleansMq.Messages.Records;
using OrleansMq.Storage.CommitLogs;
using OrleansMq.Storage.Confirmations;
using OrleansMq.Storage.Reading;
using OrleansMq.Storage.Tests.Stores;

namespace OrleansMq.Storage.Tests;

/// <summary>A store on real files, without crashes.</summary>
public sealed class MessageStoreTests
{
    [Fact]
    public void Append_MakesMessageReadable_WhenDispatched()
    {
        using var test = new TestStore();
        var message = new Message("T", 3, "hello", "k1 k2", "tag");

        long[] positions = test.Send(message);

        Assert.Equal([(0L, message)], test.Store.ReadAll("T", 3));
        Assert.Equal(positions, test.Store.FindByKey("T", "k1"));
        Assert.Equal(positions, test.Store.FindByKey("T", "k2"));
        Assert.Empty(test.Store.FindByKey("T", "k3"));
    }

    [Fact]
    public void Append_ShowsNothing_BeforeDispatch()
    {
        using var test = new TestStore();

        test.Store.Append(new Message("T", 0, "hello"));

        Assert.Equal(0, test.Store.Queues.Get("T", 0).MaxOffset);
        Assert.Empty(test.Store.ReadAll("T", 0));
    }

    [Fact]
    public void Append_CountsOffsetsPerQueue()
    {
        using var test = new TestStore();

        AppendResult[] results =
        [
            test.Store.Append(new Message("A", 0, "1")),
            test.Store.Append(new Message("A", 1, "2")),
            test.Store.Append(new Message("B", 0, "3")),
            test.Store.Append(new Message("A", 0, "4")),
        ];

        Assert.Equal([0, 0, 0, 1], results.Select(result => result.QueueOffset));
        Assert.Equal(results.Skip(1).Select(result => result.PhysicalOffset), results.SkipLast(1).Select(result => result.EndOffset));
    }

    [Fact]
    public void Append_GoesOnInNextFile_WhenFileIsFull()
    {
        using var test = new TestStore();
        Message[] messages = [.. Enumerable.Range(0, 100).Select(number => new Message("T", 0, $"{number} {new string('x', 5000)}"))];

        test.Send(messages);

        Assert.Equal(messages, test.Store.ReadAll("T", 0).Select(found => found.Message));
        Assert.True(File.Exists(test.LogPath(7)));
        Assert.True(File.Exists(test.QueuePath("T", 0, 6)));
    }

    [Fact]
    public void Append_RefusesRecord_WhenItFitsNoFile()
    {
        using var test = new TestStore();

        AppendResult result = test.Store.Append(new Message("T", 0, new string('x', 64 * 1024)));

        Assert.Equal(AppendStatus.TooLarge, result.Status);
        Assert.Equal(0, test.Store.Log.AppendedUntil);
    }

    [Fact]
    public void AppendBatch_GivesEachMessageAnOffset()
    {
        using var test = new TestStore();
        test.Send(new Message("T", 1, "before"));
        Message[] messages = [.. Enumerable.Range(0, 5).Select(number => new Message("T", 1, $"body {number}", $"key{number}", "tag"))];
        var positions = new List<long>();

        AppendResult result = test.Store.AppendBatch("T", 1, Message.BatchOf(messages), positions);
        test.Store.Dispatcher.Pump();

        Assert.Equal((AppendStatus.Appended, 1L), (result.Status, result.QueueOffset));
        Assert.Equal(test.Store.Log.AppendedUntil, result.EndOffset);
        Assert.Equal(messages, test.Store.ReadAll("T", 1, from: 1).Select(found => found.Message));
        Assert.Equal([positions[3]], test.Store.FindByKey("T", "key3"));
    }

    [Fact]
    public void AppendBatch_AppendsNothing_WhenItsEndIsNoMessage()
    {
        using var test = new TestStore();
        byte[] items = [.. Message.BatchOf([new Message("T", 0, "good")]), 0, 0, 0, 99];

        AppendResult result = test.Store.AppendBatch("T", 0, items, []);

        Assert.Equal(AppendStatus.Malformed, result.Status);
        Assert.Equal(0, test.Store.Log.AppendedUntil);
    }

    [Fact]
    public void AppendBatch_AppendsNothing_WhenPropertiesFitNoRecord()
    {
        using var test = new TestStore();
        byte[] tooLong = new byte[RecordEncoder.MaxPropertiesBytes + 2];
        byte[] item = new byte[BatchItem.SizeOf(0, tooLong.Length)];
        BatchItem.Write(item, 0, [], tooLong);

        AppendResult result = test.Store.AppendBatch("T", 0, [.. Message.BatchOf([new Message("T", 0, "good")]), .. item], []);

        Assert.Equal(AppendStatus.TooLarge, result.Status);
        Assert.Equal(0, test.Store.Log.AppendedUntil);
    }

    [Fact]
    public void Read_ReportsWhereAnOffsetLies()
    {
        using var test = new TestStore();
        test.Send(new Message("T", 0, "one"), new Message("T", 0, "two"));
        var output = new ArrayBufferWriter<byte>();
        var queue = test.Store.Queues.Get("T", 0);

        Assert.Equal(new ReadResult(ReadStatus.Found, 2, 0, 2, 2), test.Store.Reader.Read(queue, 0, 10, 1000, null, output));
        Assert.Equal(new ReadResult(ReadStatus.AtEnd, 2, 0, 2, 0), test.Store.Reader.Read(queue, 2, 10, 1000, null, output));
        Assert.Equal(ReadStatus.AboveMax, test.Store.Reader.Read(queue, 3, 10, 1000, null, output).Status);
        Assert.Equal(ReadStatus.BelowMin, test.Store.Reader.Read(queue, -1, 10, 1000, null, output).Status);
        Assert.Equal(ReadStatus.Empty, test.Store.Reader.Read(test.Store.Queues.Get("T", 1), 3, 10, 1000, null, output).Status);
    }

    [Fact]
    public void Read_StopsAtLimits()
    {
        using var test = new TestStore();
        test.Send([.. Enumerable.Range(0, 10).Select(number => new Message("T", 0, $"body {number}"))]);
        var queue = test.Store.Queues.Get("T", 0);
        int size = (int)test.Store.Log.AppendedUntil / 10;

        Assert.Equal(3, test.Store.Reader.Read(queue, 0, 3, 100_000, null, new ArrayBufferWriter<byte>()).Count);
        Assert.Equal(2, test.Store.Reader.Read(queue, 0, 10, size * 2, null, new ArrayBufferWriter<byte>()).Count);
        Assert.Equal(1, test.Store.Reader.Read(queue, 0, 10, 1, null, new ArrayBufferWriter<byte>()).Count);
    }

    [Fact]
    public void Read_ReturnsMatchesOnly_WhenFiltered()
    {
        using var test = new TestStore();
        test.Send(new Message("T", 0, "one", Tag: "a"), new Message("T", 0, "two", Tag: "b"), new Message("T", 0, "three", Tag: "a"));
        var output = new ArrayBufferWriter<byte>();

        ReadResult result = test.Store.Reader.Read(
            test.Store.Queues.Get("T", 0), 0, 10, 1000, new TagFilter("b"), output);

        Assert.Equal(new ReadResult(ReadStatus.Found, 3, 0, 3, 1), result);
        RecordView.TryRead(output.WrittenSpan, out RecordView record);
        Assert.Equal("two", Encoding.UTF8.GetString(record.Body));
    }

    [Fact]
    public void FindByTime_FindsFirstMessageAtOrAfter()
    {
        using var test = new TestStore();
        var times = new List<long>();
        for (int number = 0; number < 40; number++)
        {
            times.Add(test.Time.Milliseconds);
            test.Send(new Message("T", 0, $"{number}"));
            test.Time.AdvanceMilliseconds(10);
        }

        var queue = test.Store.Queues.Get("T", 0);

        Assert.Equal(0, queue.FindByTime(times[0] - 5));
        Assert.All(times, (time, number) => Assert.Equal(number, queue.FindByTime(time)));
        Assert.Equal(21, queue.FindByTime(times[20] + 1));
        Assert.Equal(40, queue.FindByTime(times[39] + 1));
    }

    [Fact]
    public void TryReadAt_FindsRecordsOnly()
    {
        using var test = new TestStore();
        long[] positions = test.Send(new Message("T", 0, "one"), new Message("T", 0, "two"));

        Assert.True(test.Store.Reader.TryReadAt(positions[1], new ArrayBufferWriter<byte>()));
        Assert.False(test.Store.Reader.TryReadAt(positions[1] + 1, new ArrayBufferWriter<byte>()));
        Assert.False(test.Store.Reader.TryReadAt(test.Store.Log.AppendedUntil, new ArrayBufferWriter<byte>()));
        Assert.False(test.Store.Reader.TryReadAt(-1, new ArrayBufferWriter<byte>()));
    }

    [Fact]
    public void Index_FindsByTimeAndAcrossFiles()
    {
        using var test = new TestStore();
        var positions = new List<long>();
        for (int number = 0; number < 700; number++)
        {
            positions.AddRange(test.Send(new Message("T", 0, "x", $"key{number} all")));
            test.Time.AdvanceMilliseconds(100);
        }

        Assert.Equal(positions, test.Store.FindByKey("T", "all"));
        Assert.All(positions, (position, number) => Assert.Equal([position], test.Store.FindByKey("T", $"key{number}")));
        Assert.Equal(3, test.Store.Index.Find("T"u8, "all"u8, 0, long.MaxValue, 3).Count);
        long start = test.Time.Milliseconds - 70_000;
        IReadOnlyList<long> found = test.Store.Index.Find("T"u8, "all"u8, start + 20_000, start + 30_000, 1000);
        Assert.InRange(found.Count, 100, 121);
        Assert.All(found, position => Assert.InRange(positions.IndexOf(position), 190, 310));
    }

    [Fact]
    public void Open_Refuses_WhenStoreIsOpen()
    {
        using var test = new TestStore();

        var refusal = Assert.Throws<StoreInUseException>(test.Open);

        Assert.Contains(test.Directory, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Confirmations_ShareAFlush()
    {
        using var test = new TestStore(options => options.FlushMode = FlushMode.Sync);
        Waiter[] waiters = [.. Enumerable.Range(0, 10).Select(number => test.Store.Await(test.Store.Append(new Message("T", 0, $"{number}"))))];
        Assert.All(waiters, waiter => Assert.Null(waiter.Status));

        test.Store.Worker("omq-flush").PumpOnce();

        Assert.All(waiters, waiter => Assert.Equal(ConfirmationStatus.Confirmed, waiter.Status));
        Assert.Equal((1, 10), test.Store.Confirmations.Totals);
        Assert.Equal(10, test.Store.Queues.Get("T", 0).MaxOffset);
    }

    [Fact]
    public void Sync_ShowsNothing_BeforeFlush()
    {
        using var test = new TestStore(options => options.FlushMode = FlushMode.Sync);

        test.Send(new Message("T", 0, "one"));

        Assert.Equal(0, test.Store.Queues.Get("T", 0).MaxOffset);
        Assert.Equal(0, test.Store.Dispatcher.DispatchedUntil);
        Assert.True(test.Store.Log.MustAwaitFlush(test.Time.Milliseconds));
    }

    [Fact]
    public void MustAwaitFlush_HoldsTheWindow_WhenFlushesFallBehind()
    {
        using var test = new TestStore(options => options.FlushWindow = TimeSpan.FromMilliseconds(500));
        AppendResult first = test.Store.Append(new Message("T", 0, "one"));
        Assert.False(test.Store.Log.MustAwaitFlush(first.StoreTimestamp));

        test.Time.AdvanceMilliseconds(500);
        AppendResult atWindow = test.Store.Append(new Message("T", 0, "two"));
        Assert.False(test.Store.Log.MustAwaitFlush(atWindow.StoreTimestamp));

        test.Time.AdvanceMilliseconds(1);
        AppendResult behind = test.Store.Append(new Message("T", 0, "three"));
        Assert.True(test.Store.Log.MustAwaitFlush(behind.StoreTimestamp));

        test.Store.Worker("omq-flush").PumpOnce();
        Assert.False(test.Store.Log.MustAwaitFlush(test.Store.Append(new Message("T", 0, "four")).StoreTimestamp));
    }

    [Fact]
    public void Flusher_FlushesTwiceInAWindow_WhenAsync()
    {
        using var test = new TestStore();
        var flusher = test.Store.Worker("omq-flush");
        test.Send(new Message("T", 0, "one"));
        flusher.PumpOnce();
        Assert.Equal(test.Store.Log.AppendedUntil, test.Store.Log.FlushedUntil);

        test.Send(new Message("T", 0, "two"));
        test.Time.AdvanceMilliseconds(100);
        Assert.Equal(TimeSpan.FromMilliseconds(150), flusher.PumpOnce());
        Assert.NotEqual(test.Store.Log.AppendedUntil, test.Store.Log.FlushedUntil);

        test.Time.AdvanceMilliseconds(150);
        flusher.PumpOnce();
        Assert.Equal(test.Store.Log.AppendedUntil, test.Store.Log.FlushedUntil);
    }

    private sealed class TagFilter(string tag) : IMessageFilter
    {
        public bool MatchesTagsCode(long tagsCode) => tagsCode == Messages.Properties.TagHash.Compute(Encoding.UTF8.GetBytes(tag));
    }
}
