using OrleansMq.Storage.Recovery;
using OrleansMq.Storage.Tests.Stores;

namespace OrleansMq.Storage.Tests.Recovery;

/// <summary>Damaged files: reported, fenced off, and never handed to a consumer.</summary>
public sealed class DamageTests
{
    [Fact]
    public void Open_FencesRecordOff_WhenBitFlippedBelowFlushedWatermark()
    {
        using TestStore killed = KilledAfter(out long[] positions, checkpointed: 10, more: 5, rewindTo: 3);
        FileDamage.FlipBit(killed.LogPath(), positions[6] + 95);
        killed.Open();

        Assert.Equal([(positions[6], positions[7])], killed.Store.Damages.Ranges);
        Assert.Equal(1, killed.Logger.Count(1003));
        Assert.Equal([0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14], killed.Store.ReadAll("A", 0).Select(found => found.Offset));
        Assert.Equal(15, killed.Store.Append(new Message("A", 0, "next")).QueueOffset);
    }

    [Fact]
    public void Open_CutsTail_WhenBitFlippedInLastRecord()
    {
        using TestStore killed = KilledAfter(out long[] positions, checkpointed: 10, more: 5);
        FileDamage.FlipBit(killed.LogPath(), positions[14] + 50);
        killed.Open();

        Assert.Equal(positions[14], killed.Store.Log.AppendedUntil);
        Assert.Equal(14, killed.Store.Queues.Get("A", 0).MaxOffset);
        Assert.Equal(14, killed.Store.Append(new Message("A", 0, "next")).QueueOffset);
    }

    [Fact]
    public void Open_PutsNoRecordIntoWrongPlace_WhenBitFlippedBelowRecoveryPoint()
    {
        using TestStore killed = KilledAfter(out long[] positions, checkpointed: 10, more: 5);

        // The queue number of a record that nothing but a rebuild reads again.
        FileDamage.FlipBit(killed.LogPath(), positions[4] + 15);
        Directory.Delete(killed.PathOf("consumequeue"), recursive: true);
        killed.Open();

        Assert.Equal(0, killed.Store.Queues.Get("A", 0x10).MaxOffset);
        Assert.Equal(14, killed.Store.ReadAll("A", 0).Count);
        Assert.Equal((positions[4], positions[5]), Assert.Single(killed.Store.Damages.Ranges));
    }

    [Fact]
    public void Read_PassesOverRecord_WhenBitFlippedAfterCleanStop()
    {
        using var test = new TestStore();
        long[] positions = test.Send(UncleanStopTests.Series("A", 0, 5));
        test.Reopen(() => FileDamage.FlipBit(test.LogPath(), positions[2] + 100));

        Assert.Equal([0, 1, 3, 4], test.Store.ReadAll("A", 0).Select(found => found.Offset));
        Assert.Equal([(positions[2], positions[3])], test.Store.Damages.Ranges);
        test.Store.ReadAll("A", 0);
        Assert.Equal(1, test.Logger.Count(1003));
    }

    [Fact]
    public void Open_Refuses_WhenLogFileIsMissingInTheMiddle()
    {
        using var test = new TestStore();
        test.Send([.. Enumerable.Range(0, 50).Select(_ => new Message("A", 0, new string('x', 5000)))]);
        test.Close();
        File.Delete(test.LogPath(1));

        var refusal = Assert.Throws<StoreCorruptException>(test.Open);

        Assert.Contains("00000000000000065536", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Restore it from a backup", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_Refuses_WhenLastLogFileIsMissing()
    {
        using var test = new TestStore();
        test.Send([.. Enumerable.Range(0, 50).Select(_ => new Message("A", 0, new string('x', 5000)))]);
        test.Close();
        File.Delete(test.LogPath(4));
        File.Delete(test.LogPath(3));

        var refusal = Assert.Throws<StoreCorruptException>(test.Open);

        Assert.Contains("Restore", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_Refuses_WhenLogFilesHaveAnotherSize()
    {
        using var test = new TestStore();
        test.Send([.. Enumerable.Range(0, 50).Select(_ => new Message("A", 0, new string('x', 5000)))]);
        test.Close();
        test.Options.CommitLogFileBytes = 128 * 1024;

        var refusal = Assert.Throws<StoreCorruptException>(test.Open);

        Assert.Contains("65536 bytes, but files of 131072 bytes", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("OrleansMq:Store:CommitLogFileBytes", refusal.Message, StringComparison.Ordinal);
        test.Options.CommitLogFileBytes = 64 * 1024;
        test.Open();
        Assert.Equal(50, test.Store.ReadAll("A", 0).Count);
    }

    /// <summary>
    /// A killed store with some messages below the checkpoint and some behind it. With <paramref name="rewindTo"/> the
    /// recovery point is set back to that message, the flushed watermark stays.
    /// </summary>
    private static TestStore KilledAfter(out long[] positions, int checkpointed, int more, int? rewindTo = null)
    {
        using var test = new TestStore();
        long[] early = test.Send(UncleanStopTests.Series("A", 0, checkpointed));
        test.Store.Flush();
        test.Time.Advance(TimeSpan.FromSeconds(20));
        test.Store.Checkpoint();
        long[] late = test.Send(UncleanStopTests.Series("A", 0, more, from: checkpointed));
        positions = [.. early, .. late];
        TestStore killed = test.Killed();
        if (rewindTo is { } index)
        {
            using var checkpoint = new Checkpoints.CheckpointFile(killed.Files, killed.Directory);
            checkpoint.Write(checkpoint.Read()! with
            {
                RecoverFrom = positions[index],
                Index = Indexes.IndexMark.None,
                IndexDurableUntil = 0,
            });
        }

        return killed;
    }
}
