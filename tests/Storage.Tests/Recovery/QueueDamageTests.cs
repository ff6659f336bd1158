using OrleansMq.Storage.Tests.Stores;

namespace OrleansMq.Storage.Tests.Recovery;

/// <summary>Consume queues can always be made again from the log; until then nothing false comes out of them.</summary>
public sealed class QueueDamageTests
{
    [Fact]
    public void Open_RebuildsQueues_WhenTheirDirectoryIsGone()
    {
        using TestStore killed = Killed();
        Directory.Delete(killed.PathOf("consumequeue"), recursive: true);
        killed.Open();

        AssertComplete(killed);
    }

    [Fact]
    public void Open_RebuildsQueue_WhenItsFileIsCutInTheMiddle()
    {
        using TestStore killed = Killed();
        FileDamage.Truncate(killed.QueuePath("A", 0, 2), 100);
        killed.Open();

        AssertComplete(killed);
    }

    [Fact]
    public void Open_RebuildsQueue_WhenItsLastFilesAreGone()
    {
        using TestStore killed = Killed();
        File.Delete(killed.QueuePath("A", 0, 3));
        File.Delete(killed.QueuePath("A", 0, 2));
        killed.Open();

        AssertComplete(killed);
    }

    [Fact]
    public void Open_RebuildsQueue_WhenAFileInTheMiddleIsGone()
    {
        using TestStore killed = Killed();
        File.Delete(killed.QueuePath("A", 0, 1));
        killed.Open();

        AssertComplete(killed);
    }

    [Fact]
    public void Open_RebuildsQueue_WhenItsTailVanishedAndNoRecordFollows()
    {
        using TestStore killed = Killed();
        FileDamage.Truncate(killed.QueuePath("B", 7), 40);
        killed.Open();

        AssertComplete(killed);
    }

    [Fact]
    public void Append_ReusesNoOffset_WhenQueueTailVanishedAfterCleanStop()
    {
        using var test = new TestStore();
        test.Send(UncleanStopTests.Series("B", 7, 10));
        test.Reopen(() => FileDamage.Truncate(test.QueuePath("B", 7), 40));

        Assert.Equal(10, test.Store.Append(new Message("B", 7, "next")).QueueOffset);
        Assert.Equal(1, test.Logger.Count(1012));
        Assert.Equal([0, 1], test.Store.ReadAll("B", 7).Select(found => found.Offset));
    }

    [Fact]
    public void Append_ReusesNoOffset_WhenQueueIsGoneAndItsRecordsExpired()
    {
        using var test = new TestStore();
        test.Send(UncleanStopTests.Series("B", 7, 10));
        test.Send([.. Enumerable.Range(0, 40).Select(_ => new Message("A", 0, new string('x', 5000)))]);
        test.Store.Flush();
        test.Time.Advance(TimeSpan.FromDays(4));
        test.Send(new Message("A", 0, "now"));
        test.Store.Checkpoint();
        for (int step = 0; step < 4; step++)
            test.Store.Worker("omq-clean").PumpOnce();
        Assert.NotEqual(0, test.Store.Log.MinOffset);
        test.Reopen(() => Directory.Delete(test.PathOf("consumequeue/B"), recursive: true));

        Assert.Equal(10, test.Store.Append(new Message("B", 7, "next")).QueueOffset);
    }

    [Fact]
    public void Read_PassesOverZeroedPage_WhenStoppedCleanly()
    {
        using var test = new TestStore(options => options.ConsumeQueueFileEntries = 1024);
        test.Send(UncleanStopTests.Series("B", 0, 1));
        test.Send(UncleanStopTests.Series("A", 0, 1000));
        test.Reopen(() => FileDamage.Zero(test.QueuePath("A", 0), 4096, 4096));

        List<(long Offset, Message Message)> found = test.Store.ReadAll("A", 0);

        Assert.All(found, pair => Assert.Equal($"A0-{pair.Offset}", pair.Message.Body));
        Assert.InRange(found.Count, 1000 - (4096 / 20) - 2, 1000 - (4096 / 20));
        Assert.Equal(1, test.Logger.Count(1012));
    }

    [Fact]
    public void Read_HandsOutNoOtherMessage_WhenAnEntryPointsElsewhere()
    {
        using var test = new TestStore();
        test.Send(UncleanStopTests.Series("B", 0, 3));
        test.Send(UncleanStopTests.Series("A", 0, 3));
        test.Reopen(() => FileDamage.Zero(test.QueuePath("A", 0), 20, 8));

        Assert.Equal([0, 2], test.Store.ReadAll("A", 0).Select(found => found.Offset));
        Assert.Equal(1, test.Logger.Count(1012));
    }

    [Fact]
    public void Open_RebuildsIndex_WhenItsDirectoryIsGone()
    {
        using var test = new TestStore();
        test.Send(UncleanStopTests.Series("A", 0, 50));
        test.Reopen(() => Directory.Delete(test.PathOf("index"), recursive: true));

        Assert.All(Enumerable.Range(0, 50), number => Assert.Single(test.Store.FindByKey("A", $"A0-{number}")));
    }

    /// <summary>50 messages in four files of one queue and 10 in another, checkpointed, then the kill.</summary>
    private static TestStore Killed()
    {
        using var test = new TestStore();
        test.Send(UncleanStopTests.Series("B", 7, 10));
        test.Send(UncleanStopTests.Series("A", 0, 50));
        test.Store.Flush();
        test.Time.Advance(TimeSpan.FromSeconds(20));
        test.Store.Checkpoint();
        test.Send(UncleanStopTests.Series("A", 0, 2, from: 50));
        return test.Killed();
    }

    private static void AssertComplete(TestStore test)
    {
        Assert.Equal(UncleanStopTests.Series("A", 0, 52), UncleanStopTests.Bodies(test, "A", 0));
        Assert.Equal(UncleanStopTests.Series("B", 7, 10), UncleanStopTests.Bodies(test, "B", 7));
        Assert.All(Enumerable.Range(0, 52), number => Assert.Single(test.Store.FindByKey("A", $"A0-{number}")));
        Assert.Equal(10, test.Store.Append(new Message("B", 7, "next")).QueueOffset);
        Assert.Equal(52, test.Store.Append(new Message("A", 0, "next")).QueueOffset);
    }
}
