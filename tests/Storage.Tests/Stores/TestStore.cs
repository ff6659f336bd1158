using System.Security.Cryptography;
using OrleansMq.Storage.Files;

namespace OrleansMq.Storage.Tests.Stores;

/// <summary>A store with small files in a temporary directory of its own.</summary>
internal sealed class TestStore : IDisposable
{
    private readonly Action<StoreOptions>? _configure;
    private MessageStore? _store;

    public TestStore(Action<StoreOptions>? configure = null)
        : this(System.IO.Directory.CreateTempSubdirectory("omq-store-").FullName, configure)
    {
        Open();
    }

    private TestStore(string directory, Action<StoreOptions>? configure)
    {
        _configure = configure;
        Directory = directory;
        Options = new StoreOptions
        {
            Directory = directory,
            CommitLogFileBytes = 64 * 1024,
            ConsumeQueueFileEntries = 16,
            IndexFileSlots = 64,
            IndexFileEntries = 256,
            MaxMessageBytes = 32 * 1024,
            DiskCleanRatio = 1,
            DiskFullRatio = 1,
        };
        configure?.Invoke(Options);
    }

    public string Directory { get; }

    public StoreOptions Options { get; }

    public ManualTime Time { get; } = new();

    public RecordingLogger Logger { get; } = new();

    public IStoreFileSystem Files { get; set; } = new MappedFileSystem();

    public MessageStore Store => _store ?? throw new InvalidOperationException("The store is closed.");

    public void Open() => _store = MessageStore.Open(Files, Options, Time, Logger);

    public void Close()
    {
        _store?.Dispose();
        _store = null;
    }

    /// <summary>Closes the store, lets a test change its files, and opens it again.</summary>
    public void Reopen(Action? whileClosed = null)
    {
        Close();
        whileClosed?.Invoke();
        Logger.Clear();
        Open();
    }

    /// <summary>
    /// What a killed process would leave: a copy of the files of the open store, not yet opened. All that was written
    /// to the mappings is in it.
    /// </summary>
    public TestStore Killed()
    {
        var copy = new TestStore(System.IO.Directory.CreateTempSubdirectory("omq-store-").FullName, _configure);
        copy.Time.Advance(Time.GetUtcNow() - copy.Time.GetUtcNow());
        foreach (string path in System.IO.Directory.EnumerateFiles(Directory, "*", SearchOption.AllDirectories))
        {
            string target = copy.PathOf(Path.GetRelativePath(Directory, path));
            System.IO.Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            if (Path.GetFileName(path) != "lock")
                File.Copy(path, target);
        }

        return copy;
    }

    /// <summary>Sends messages and dispatches them.</summary>
    public long[] Send(params Message[] messages)
    {
        long[] positions = [.. messages.Select(message => Store.Append(message).PhysicalOffset)];
        Store.Dispatcher.Pump();
        return positions;
    }

    public string PathOf(string relative) => Path.Combine(Directory, relative);

    public string LogPath(int index = 0) =>
        PathOf($"commitlog/{(long)index * Options.CommitLogFileBytes:D20}");

    public string QueuePath(string topic, int queueId, int index = 0) =>
        PathOf($"consumequeue/{topic}/{queueId}/{(long)index * Options.ConsumeQueueFileEntries * 20:D20}");

    /// <summary>Every file with a hash of its bytes.</summary>
    public Dictionary<string, string> Fingerprint() => System.IO.Directory
        .EnumerateFiles(Directory, "*", SearchOption.AllDirectories)
        .ToDictionary(
            path => Path.GetRelativePath(Directory, path), path => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path))));

    public void Dispose()
    {
        Close();
        System.IO.Directory.Delete(Directory, recursive: true);
    }
}
