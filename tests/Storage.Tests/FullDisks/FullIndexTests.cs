using OrleansMq.Storage.CommitLogs;
using OrleansMq.Storage.Tests.Stores;

namespace OrleansMq.Storage.Tests.FullDisks;

/// <summary>The disk has no space for what indexes a message that is in the log.</summary>
public sealed class FullIndexTests
{
    [Fact]
    public void Pump_WaitsForSpace_WhenQueueFileCannotBeMade()
    {
        var disk = new FullDisk();
        disk.Send(new Message("T", 0, "first"));
        disk.Fill();

        AppendStatus stored = disk.Send(new Message("T", 1, "second"));
        AppendStatus refused = disk.Send(new Message("T", 0, "third"));

        Assert.Equal((AppendStatus.Appended, AppendStatus.DiskFull), (stored, refused));
        Assert.Empty(disk.ReadAll("T", 1));
        Assert.Null(disk.Store.Log.Failure);

        disk.Free();

        Assert.Equal("second", Assert.Single(disk.ReadAll("T", 1)).Body);
        Assert.Equal(1, disk.Store.Append(new Message("T", 1, "fourth")).QueueOffset);
        Assert.Equal(1, disk.Store.Append(new Message("T", 0, "fifth")).QueueOffset);
    }

    [Fact]
    public void Pump_KeepsOrder_WhenQueueCannotGrow()
    {
        var disk = new FullDisk();
        disk.Send(new Message("T", 0, "0"));
        disk.Fill();
        var sent = new List<Message> { new("T", 0, "0") };
        while (disk.Send(new Message("T", 0, $"{sent.Count}")) == AppendStatus.Appended)
            sent.Add(new Message("T", 0, $"{sent.Count}"));

        disk.Free();
        disk.Send(new Message("T", 0, $"{sent.Count}"));
        sent.Add(new Message("T", 0, $"{sent.Count}"));

        Assert.Equal(sent.Select((message, offset) => ((long)offset, message)), disk.Store.ReadAll("T", 0));
    }

    [Fact]
    public void Pump_TriesOnceInAPause_WhenThereIsNoSpace()
    {
        var disk = new FullDisk();
        disk.Send(new Message("T", 0, "first"));
        disk.Fill();
        disk.Send(new Message("T", 1, "second"));
        disk.PumpPreparer();
        int before = disk.Refusals;

        for (int number = 0; number < 100; number++)
        {
            disk.Store.Dispatcher.Pump();
            disk.PumpPreparer();
        }

        Assert.Equal(before, disk.Refusals);
    }

    /// <summary>The first key fills an index file, the second needs the next one.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Find_FindsEachKeyOnce_WhenRecordWasIndexedInPart(bool isKilledMeanwhile)
    {
        var disk = new FullDisk();
        disk.Send(new Message("T", 0, "first", "a b"));
        disk.Store.Checkpoint();
        disk.Fill();
        disk.Send(new Message("T", 0, "second", "c d"));
        disk.Store.Flush();
        disk.Time.Advance(TimeSpan.FromSeconds(30));
        disk.Store.Checkpoint();
        Assert.Equal(AppendStatus.DiskFull, disk.Send(new Message("T", 0, "third")));

        if (isKilledMeanwhile)
            disk.KillAndOpen();
        disk.Free();
        if (!isKilledMeanwhile)
        {
            Assert.All("abcd", key => Assert.Single(Candidates(disk, key)));
            disk.KillAndOpen();
        }

        Assert.All("abcd", key => Assert.Single(Candidates(disk, key)));
        Assert.Equal(["first", "second"], disk.ReadAll("T", 0).Select(message => message.Body));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Open_DispatchesTheRest_WhenStoppedWhileWaitingForSpace(bool isKilled)
    {
        var disk = new FullDisk();
        disk.Send(new Message("T", 0, "first"));
        disk.Store.Checkpoint();
        disk.Fill();
        disk.Send(new Message("T", 1, "second"));

        if (isKilled)
            disk.KillAndOpen();
        else
            disk.CloseAndOpen();

        Assert.Equal(["first"], disk.ReadAll("T", 0).Select(message => message.Body));
        Assert.Empty(disk.ReadAll("T", 1));
        Assert.Equal(AppendStatus.DiskFull, disk.Send(new Message("T", 1, "third")));

        disk.Free();

        Assert.Equal(["second"], disk.ReadAll("T", 1).Select(message => message.Body));
        Assert.Equal(1, disk.Store.Append(new Message("T", 1, "third")).QueueOffset);
        Assert.Equal(1, disk.Store.Append(new Message("T", 0, "fourth")).QueueOffset);
    }

    /// <summary>The end that a queue is known to have had is not where its messages were lost.</summary>
    [Fact]
    public void Open_MarksNothingAsLost_WhenQueueWaitsForSpace()
    {
        var disk = new FullDisk();
        List<Message> sent = [.. Enumerable.Range(0, 300).Select(number => new Message("T", 0, $"{number}"))];
        disk.Send(new Message("U", 0, "other"));
        disk.Store.Flush();
        disk.Store.Checkpoint();
        sent.ForEach(message => Assert.Equal(AppendStatus.Appended, disk.Send(message)));
        disk.Files.CrashNow();
        disk.Files.Restart(isPowerCut: false);
        disk.Files.HasGreedyNeighbour = true;
        disk.Fill();

        disk.KillAndOpen();
        disk.Free();

        Assert.Equal(sent, disk.ReadAll("T", 0));
        Assert.Equal(0, disk.Logger.Count(1005));
    }

    private static IReadOnlyList<long> Candidates(FullDisk disk, char key) => disk.Store.Index.Find(
        "T"u8, System.Text.Encoding.UTF8.GetBytes($"{key}"), 0, long.MaxValue, int.MaxValue);
}
