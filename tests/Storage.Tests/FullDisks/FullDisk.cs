using OrleansMq.Storage.CommitLogs;
using OrleansMq.Storage.Tests.Simulation;
using OrleansMq.Storage.Tests.Stores;

namespace OrleansMq.Storage.Tests.FullDisks;

/// <summary>A store on simulated files, on a disk that is full when a test says so.</summary>
internal sealed class FullDisk
{
    private const string Root = "/store";

    public FullDisk(Action<StoreOptions>? configure = null)
    {
        Options = new StoreOptions
        {
            Directory = Root,
            CommitLogFileBytes = 64 * 1024,
            ConsumeQueueFileEntries = 1000,
            IndexFileSlots = 16,
            IndexFileEntries = 4,
            MaxMessageBytes = 32 * 1024,
            DiskCleanRatio = 1,
            DiskFullRatio = 1,
        };
        configure?.Invoke(Options);
        Store = Open();
    }

    public SimulatedFileSystem Files { get; } = new(new Random(1));

    public StoreOptions Options { get; }

    public ManualTime Time { get; } = new();

    public RecordingLogger Logger { get; } = new();

    public MessageStore Store { get; private set; }

    /// <summary>How often a file or a part of one was asked for and there was no space.</summary>
    public int Refusals => Files.Trace.Count(line => line.StartsWith("no space", StringComparison.Ordinal));

    /// <summary>Leaves no block free.</summary>
    public void Fill() => Files.Capacity = Files.Used;

    /// <summary>Frees space, and lets the store find out.</summary>
    public void Free()
    {
        Files.Capacity = long.MaxValue;
        Time.Advance(TimeSpan.FromSeconds(10));
        PumpPreparer();
    }

    public void PumpPreparer()
    {
        while (Store.Worker("omq-prepare").PumpOnce() == TimeSpan.Zero)
        {
        }
    }

    /// <summary>The process dies and the next one opens the store.</summary>
    public void KillAndOpen()
    {
        Files.CrashNow();
        Files.Restart(isPowerCut: false);
        Store = Open();
    }

    public void CloseAndOpen()
    {
        Store.Dispose();
        Store = Open();
    }

    public AppendStatus Send(Message message)
    {
        AppendStatus status = Store.Append(message).Status;
        Store.Dispatcher.Pump();
        return status;
    }

    /// <summary>Sends messages of a KiB to a queue until one is refused; returns those that were not.</summary>
    public List<Message> SendUntilRefused(string topic, int queueId, out AppendStatus refusal)
    {
        var sent = new List<Message>();
        while (true)
        {
            Message message = Kilobyte(topic, queueId, sent.Count);
            refusal = Send(message);
            if (refusal != AppendStatus.Appended)
                return sent;
            sent.Add(message);
        }
    }

    public IEnumerable<Message> ReadAll(string topic, int queueId) =>
        Store.ReadAll(topic, queueId).Select(found => found.Message);

    public static Message Kilobyte(string topic, int queueId, int number) =>
        new(topic, queueId, $"{number} {new string('x', 1000)}");

    public string LogPath(int index) => Path.Combine(Root, "commitlog", $"{(long)index * Options.CommitLogFileBytes:D20}");

    private MessageStore Open() => MessageStore.Open(Files, Options, Time, Logger);
}
