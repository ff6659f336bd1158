using OrleansMq.Storage.CommitLogs;
using OrleansMq.Storage.Tests.Stores;

namespace OrleansMq.Storage.Tests.FullDisks;

/// <summary>The disk has no space for the next file of the log.</summary>
public sealed class FullLogTests
{
    [Fact]
    public void Append_IsRefusedAndGoesOn_WhenNextFileFindsNoSpaceAtFirst()
    {
        var disk = new FullDisk();
        disk.Send(FullDisk.Kilobyte("T", 0, -1));
        disk.Fill();

        List<Message> sent = disk.SendUntilRefused("T", 0, out AppendStatus refusal);
        disk.PumpPreparer();
        AppendStatus again = disk.Send(FullDisk.Kilobyte("T", 0, 0));
        disk.Free();
        AppendStatus afterwards = disk.Send(FullDisk.Kilobyte("T", 0, sent.Count));

        Assert.Equal((AppendStatus.DiskFull, AppendStatus.DiskFull, AppendStatus.Appended), (refusal, again, afterwards));
        Assert.Null(disk.Store.Log.Failure);
        Assert.Equal(Numbered(-1, sent.Count + 1), disk.ReadAll("T", 0));
    }

    [Fact]
    public void Append_FillsTheFileAtHand_WhenPreparerFindsNoSpace()
    {
        var disk = new FullDisk();
        disk.Send(FullDisk.Kilobyte("T", 0, 0));
        while (disk.Store.Log.AppendedUntil <= disk.Options.CommitLogFileBytes / 2)
            disk.Send(FullDisk.Kilobyte("T", 0, 1));
        disk.Fill();
        disk.PumpPreparer();

        List<Message> sent = disk.SendUntilRefused("T", 1000, out AppendStatus _);

        Assert.False(disk.Files.FileExists(disk.LogPath(1)));
        Assert.InRange(sent.Count, 0, 1);
        Assert.Null(disk.Store.Log.Failure);
    }

    [Fact]
    public void Preparer_TriesOnceInAPause_WhenThereIsNoSpace()
    {
        var disk = new FullDisk();
        disk.Send(FullDisk.Kilobyte("T", 0, -1));
        disk.Fill();
        disk.SendUntilRefused("T", 0, out AppendStatus _);
        disk.PumpPreparer();
        int before = disk.Refusals;

        TimeSpan pause = disk.Store.Worker("omq-prepare").PumpOnce();
        for (int number = 0; number < 100; number++)
        {
            disk.Send(FullDisk.Kilobyte("T", 0, number));
            disk.PumpPreparer();
        }

        Assert.Equal(before, disk.Refusals);
        Assert.InRange(pause, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10));
        disk.Time.Advance(pause);
        disk.PumpPreparer();
        Assert.Equal(before + 1, disk.Refusals);
    }

    [Fact]
    public void Preparer_SaysOnceThatThereIsNoSpaceAndOnceThatThereIs()
    {
        var disk = new FullDisk();
        disk.Send(FullDisk.Kilobyte("T", 0, -1));
        disk.Fill();
        disk.SendUntilRefused("T", 0, out AppendStatus _);
        for (int number = 0; number < 5; number++)
        {
            disk.PumpPreparer();
            disk.Time.Advance(TimeSpan.FromSeconds(10));
        }

        Assert.Equal((1, 0), (disk.Logger.Count(1013), disk.Logger.Count(1008)));
        disk.Free();
        Assert.Equal((1, 1), (disk.Logger.Count(1013), disk.Logger.Count(1008)));
    }

    [Fact]
    public void AppendBatch_AppendsNothing_WhenNextFileFindsNoSpace()
    {
        var disk = new FullDisk();
        disk.Send(FullDisk.Kilobyte("T", 0, -1));
        disk.Fill();
        while (disk.Store.Log.AppendedUntil < disk.Options.CommitLogFileBytes - 4096)
            disk.Send(FullDisk.Kilobyte("T", 0, -1));
        long end = disk.Store.Log.AppendedUntil;

        AppendResult result = disk.Store.AppendBatch("T", 0, Message.BatchOf(Numbered(0, 8)), []);

        Assert.Equal((AppendStatus.DiskFull, end), (result.Status, disk.Store.Log.AppendedUntil));
        disk.Free();
        result = disk.Store.AppendBatch("T", 0, Message.BatchOf(Numbered(0, 8)), []);
        Assert.Equal(AppendStatus.Appended, result.Status);
    }

    [Fact]
    public void Append_Seals_WhenNextFileFailsForAnotherReason()
    {
        var disk = new FullDisk();
        disk.Send(FullDisk.Kilobyte("T", 0, -1));
        disk.Files.FailAt = disk.Files.Points;

        disk.SendUntilRefused("T", 0, out AppendStatus refusal);

        Assert.Equal(AppendStatus.Sealed, refusal);
        Assert.NotNull(disk.Store.Log.Failure);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Open_FindsEverything_WhenKilledOnFullDiskWithHalfMadeNextFile(bool hasGreedyNeighbour)
    {
        var disk = new FullDisk();
        disk.Files.HasGreedyNeighbour = hasGreedyNeighbour;
        disk.Send(FullDisk.Kilobyte("T", 0, -1));
        disk.Store.Checkpoint();
        disk.Fill();
        List<Message> sent = disk.SendUntilRefused("T", 0, out AppendStatus _);
        using (disk.Files.Map(disk.LogPath(1), disk.Options.CommitLogFileBytes, preallocate: false))
        {
        }

        disk.KillAndOpen();

        Assert.Equal(Numbered(-1, sent.Count), disk.ReadAll("T", 0));
        Assert.Equal(AppendStatus.DiskFull, disk.Send(FullDisk.Kilobyte("T", 0, sent.Count)));
        disk.Free();
        Assert.Equal(AppendStatus.Appended, disk.Send(FullDisk.Kilobyte("T", 0, sent.Count)));
        Assert.Equal(Numbered(-1, sent.Count + 1), disk.ReadAll("T", 0));
    }

    /// <summary>A crash in the middle of recovery leaves a short file with messages in it.</summary>
    [Fact]
    public void Open_FindsEverything_WhenLastFileIsShortAndCannotBeCompleted()
    {
        var disk = new FullDisk();
        disk.Send(FullDisk.Kilobyte("T", 0, 0));
        disk.Send(FullDisk.Kilobyte("T", 0, 1));
        disk.Files.CrashNow();
        disk.Files.Restart(isPowerCut: false);
        disk.Files.Truncate(disk.LogPath(0), disk.Store.Log.AppendedUntil);
        disk.Fill();

        disk.KillAndOpen();

        Assert.Equal(Numbered(0, 2), disk.ReadAll("T", 0));
        Assert.Equal(AppendStatus.DiskFull, disk.Send(FullDisk.Kilobyte("T", 0, 2)));
        disk.Free();
        Assert.Equal(AppendStatus.Appended, disk.Send(FullDisk.Kilobyte("T", 0, 2)));
        Assert.Equal(Numbered(0, 3), disk.ReadAll("T", 0));
        disk.KillAndOpen();
        Assert.Equal(Numbered(0, 3), disk.ReadAll("T", 0));
    }

    /// <summary>A kill right behind a roll: the file before is full, and the empty one gives its place away.</summary>
    [Fact]
    public void Open_GoesOnWithoutNextFile_WhenLogEndsWithAFile()
    {
        var disk = new FullDisk();
        disk.Send(FullDisk.Kilobyte("T", 0, 0));
        List<Message> sent = [FullDisk.Kilobyte("T", 0, 0)];
        while (!disk.Files.FileExists(disk.LogPath(1)))
        {
            sent.Add(FullDisk.Kilobyte("T", 0, sent.Count));
            disk.Send(sent[^1]);
        }

        // Without the last message, which opened the second file.
        sent.RemoveAt(sent.Count - 1);
        disk.Files.CrashNow();
        disk.Files.Restart(isPowerCut: false);
        disk.Files.Delete(disk.LogPath(1));
        disk.Files.Delete("/store/checkpoint");
        disk.Fill();
        disk.Files.Capacity += 4096;

        disk.KillAndOpen();

        Assert.Equal(sent, disk.ReadAll("T", 0));
        Assert.Equal(AppendStatus.DiskFull, disk.Send(FullDisk.Kilobyte("T", 0, sent.Count)));
        disk.Free();
        Assert.Equal(AppendStatus.Appended, disk.Send(FullDisk.Kilobyte("T", 0, sent.Count)));
        Assert.Equal(sent.Count + 1, disk.ReadAll("T", 0).Count());
    }

    [Fact]
    public void Checkpoint_DoesNotSeal_WhenThereIsNoSpaceForItsFiles()
    {
        var disk = new FullDisk();
        disk.Send(FullDisk.Kilobyte("T", 0, 0));
        disk.Fill();
        byte[] before = disk.Files.TryReadAll("/store/queueends")!;

        disk.Time.Advance(TimeSpan.FromSeconds(10));
        disk.Store.Flush();
        disk.Store.Checkpoint();

        Assert.Null(disk.Store.Log.Failure);
        Assert.True(disk.Refusals > 0);
        Assert.DoesNotContain(disk.Files.Files, file => file.Path.EndsWith(".tmp", StringComparison.Ordinal));
        disk.Free();
        disk.Store.Checkpoint();
        Assert.NotEqual(before, disk.Files.TryReadAll("/store/queueends"));
    }

    private static Message[] Numbered(int from, int until) =>
        [.. Enumerable.Range(from, until - from).Select(number => FullDisk.Kilobyte("T", 0, number))];
}
