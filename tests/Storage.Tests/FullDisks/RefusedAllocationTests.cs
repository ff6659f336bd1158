using System.Runtime.Versioning;
using OrleansMq.Storage.CommitLogs;
using OrleansMq.Storage.Files;
using OrleansMq.Storage.Tests.Stores;

namespace OrleansMq.Storage.Tests.FullDisks;

/// <summary>Real files, for which the kernel has no blocks.</summary>
[SupportedOSPlatform("linux")]
public sealed class RefusedAllocationTests : IDisposable
{
    private const int LogFileBytes = 64 * 1024;

    private readonly string _root = Directory.CreateTempSubdirectory("omq-full-").FullName;
    private readonly MappedFileSystem _files = new();

    [Theory]
    [InlineData(RefusingKernel.NoSpace, true)]
    [InlineData(RefusingKernel.QuotaExceeded, true)]
    [InlineData(RefusingKernel.InputOutputError, false)]
    public void Map_LeavesNoFile_WhenBlocksAreRefused(int error, bool isDiskFull)
    {
        string path = Path.Combine(_root, "file");

        StoreIOException refusal = RefusedToMap(error, path);

        Assert.Equal(isDiskFull, refusal.IsDiskFull);
        Assert.Contains(path, refusal.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(path));
    }

    [Fact]
    public void Map_LeavesFileAsItWas_WhenItsBlocksAreRefused()
    {
        string path = Path.Combine(_root, "file");
        File.WriteAllText(path, "short");

        RefusedToMap(RefusingKernel.NoSpace, path);

        Assert.Equal("short", File.ReadAllText(path));
    }

    [Fact]
    public void Allocate_SaysThatTheDiskIsFull_WhenBlocksAreRefused()
    {
        using IStoreFile file = _files.Map(Path.Combine(_root, "file"), LogFileBytes, preallocate: false);
        StoreIOException? refusal = null;

        RefusingKernel.Run(RefusingKernel.NoSpace, 1, () =>
            refusal = Assert.Throws<StoreIOException>(() => file.Allocate(0, 4096)));

        Assert.True(refusal!.IsDiskFull);
        file.Allocate(0, 4096);
    }

    [Fact]
    public void Append_IsRefusedAndGoesOn_WhenKernelHasNoBlocksForNextFile()
    {
        using var test = new TestStore();
        var sent = new List<Message>();
        RefusingKernel.Run(RefusingKernel.NoSpace, LogFileBytes, () =>
        {
            while (Send(test, sent.Count) == AppendStatus.Appended)
                sent.Add(Numbered(sent.Count));
            PumpPreparer(test);
            Assert.Equal(AppendStatus.DiskFull, Send(test, sent.Count));
        });
        Assert.Null(test.Store.Log.Failure);
        Assert.False(File.Exists(test.LogPath(1)));

        PumpPreparer(test);

        Assert.Equal(AppendStatus.Appended, Send(test, sent.Count));
        sent.Add(Numbered(sent.Count));
        Assert.True(sent.Count > 50);
        Assert.Equal(sent, test.Store.ReadAll("T", 0).Select(found => found.Message));
    }

    [Fact]
    public void Append_Seals_WhenDiskFailsToGiveBlocks()
    {
        using var test = new TestStore();

        RefusingKernel.Run(RefusingKernel.InputOutputError, LogFileBytes, () =>
        {
            for (int number = 0; Send(test, number) == AppendStatus.Appended; number++)
            {
            }
        });

        Assert.Equal(AppendStatus.Sealed, Send(test, 0));
    }

    [Fact]
    public void Open_ReadsWhatIsThere_WhenKernelHasNoBlocksForTheLastFile()
    {
        using var test = new TestStore();
        Message[] sent = [.. Enumerable.Range(0, 20).Select(Numbered)];
        test.Send(sent);
        using TestStore killed = test.Killed();

        RefusingKernel.Run(RefusingKernel.NoSpace, LogFileBytes, () =>
        {
            killed.Open();
            PumpPreparer(killed);
            Assert.Equal(sent, killed.Store.ReadAll("T", 0).Select(found => found.Message));
            Assert.Equal(AppendStatus.DiskFull, Send(killed, 20));
        });
        PumpPreparer(killed);

        Assert.Equal(AppendStatus.Appended, Send(killed, 20));
        killed.Reopen();
        Assert.Equal([.. sent, Numbered(20)], killed.Store.ReadAll("T", 0).Select(found => found.Message));
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private StoreIOException RefusedToMap(int error, string path)
    {
        StoreIOException? refusal = null;
        RefusingKernel.Run(error, 1, () =>
            refusal = Assert.Throws<StoreIOException>(() => _files.Map(path, LogFileBytes, preallocate: true)));
        return refusal!;
    }

    /// <summary>Later than the last attempt, so that there is another one.</summary>
    private static void PumpPreparer(TestStore test)
    {
        test.Time.Advance(TimeSpan.FromSeconds(10));
        while (test.Store.Worker("omq-prepare").PumpOnce() == TimeSpan.Zero)
        {
        }
    }

    private static AppendStatus Send(TestStore test, int number)
    {
        AppendStatus status = test.Store.Append(Numbered(number)).Status;
        test.Store.Dispatcher.Pump();
        return status;
    }

    private static Message Numbered(int number) => new("T", 0, $"{number} {new string('x', 1000)}");
}
