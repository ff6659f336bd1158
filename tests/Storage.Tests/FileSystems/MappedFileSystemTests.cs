using OrleansMq.Storage.Files;

namespace OrleansMq.Storage.Tests.FileSystems;

/// <summary>The real files: what others delete while it is being flushed, and the real disk.</summary>
public sealed class MappedFileSystemTests : IDisposable
{
    private const int Rounds = 20_000;

    private readonly string _root = Directory.CreateTempSubdirectory("omq-files-").FullName;
    private readonly MappedFileSystem _files = new();

    /// <summary>One by one, and so many that the whole file system is flushed.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    public async Task Flush_PassesOver_WhatIsDeletedMeanwhile(int directories)
    {
        string parent = Path.Combine(_root, "topic");
        string[] paths = [.. Enumerable.Range(0, directories).Select(index => Path.Combine(parent, $"{index}"))];
        bool isDone = false;
        Task deleting = Task.Run(() =>
        {
            while (!Volatile.Read(ref isDone))
            {
                _files.CreateDirectory(paths[0], isDurable: false);
                _files.DeleteDirectory(parent);
            }
        });
        try
        {
            for (int round = 0; round < Rounds; round++)
                _files.Flush([], paths);
        }
        finally
        {
            Volatile.Write(ref isDone, true);
            await deleting;
        }
    }

    [Fact]
    public void GetDiskSpace_LeavesOut_WhatIsReservedForOthers()
    {
        DiskSpace space = _files.GetDiskSpace(_root);

        var drive = new DriveInfo(_root);
        double used = drive.TotalSize - drive.TotalFreeSpace;
        Assert.Equal(used / (used + drive.AvailableFreeSpace), space.UsedRatio, tolerance: 0.02);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
