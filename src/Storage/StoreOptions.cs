namespace OrleansMq.Storage;

/// <summary>How a store lays out its files and when it makes them durable.</summary>
public sealed class StoreOptions
{
    /// <summary>Where the options stand in the configuration.</summary>
    public const string Section = "OrleansMq:Store";

    /// <summary>
    /// The directory that holds everything. RocketMQ: <c>storePathRootDir</c>. Default: none, required.
    /// </summary>
    public string Directory { get; set; } = "";

    /// <summary>
    /// Bytes of a commit log file, 64 KiB to 1 GiB, a multiple of 4,096. Fixed once the store exists.
    /// RocketMQ: <c>mappedFileSizeCommitLog</c>. Default: 1 GiB.
    /// </summary>
    public int CommitLogFileBytes { get; set; } = 1024 * 1024 * 1024;

    /// <summary>
    /// Entries of 20 bytes in a consume queue file, at least 16. Fixed once the store exists.
    /// RocketMQ: <c>mappedFileSizeConsumeQueue</c> / 20. Default: 300,000.
    /// </summary>
    public int ConsumeQueueFileEntries { get; set; } = 300_000;

    /// <summary>Hash slots of an index file. RocketMQ: <c>maxHashSlotNum</c>. Default: 5,000,000.</summary>
    public int IndexFileSlots { get; set; } = 5_000_000;

    /// <summary>Entries of an index file. RocketMQ: <c>maxIndexNum</c>. Default: 20,000,000.</summary>
    public int IndexFileEntries { get; set; } = 20_000_000;

    /// <summary>
    /// Whether a send is acknowledged from the page cache or only once it is on disk.
    /// RocketMQ: <c>flushDiskType</c>. Default: <see cref="FlushMode.Async"/>.
    /// </summary>
    public FlushMode FlushMode { get; set; } = FlushMode.Async;

    /// <summary>
    /// The longest an acknowledged record stays off the disk under <see cref="FlushMode.Async"/>: flushes start twice
    /// in a window, and sends wait once the oldest unflushed record is older. Default: 500 ms.
    /// </summary>
    public TimeSpan FlushWindow { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// How long a send waits for its flush under <see cref="FlushMode.Sync"/> before it is answered with a time-out.
    /// RocketMQ: <c>syncFlushTimeout</c>. Default: 5 s.
    /// </summary>
    public TimeSpan FlushTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How often the consume queues are flushed and the recovery point moves on; what lies behind it is read again
    /// after a crash. Default: 1 s.
    /// </summary>
    public TimeSpan CheckpointInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long a record is kept. RocketMQ: <c>fileReservedTime</c>. Default: 72 h.
    /// </summary>
    public TimeSpan Retention { get; set; } = TimeSpan.FromHours(72);

    /// <summary>
    /// What goes when the disk fills up: new messages (<see cref="DiskFullPolicy.Reject"/>) or the oldest file, expired
    /// or not (<see cref="DiskFullPolicy.DropOldest"/>). RocketMQ: <c>cleanFileForciblyEnable</c>, which is on.
    /// Default: <see cref="DiskFullPolicy.Reject"/>.
    /// </summary>
    public DiskFullPolicy DiskFullPolicy { get; set; } = DiskFullPolicy.Reject;

    /// <summary>
    /// Above this share of the disk the oldest file goes even if it has not expired, under
    /// <see cref="DiskFullPolicy.DropOldest"/>. RocketMQ: <c>diskSpaceCleanForciblyRatio</c>. Default: 0.85.
    /// </summary>
    public double DiskCleanRatio { get; set; } = 0.85;

    /// <summary>
    /// Above this share of the disk no message is accepted. RocketMQ: <c>diskSpaceWarningLevelRatio</c>. Default: 0.90.
    /// </summary>
    public double DiskFullRatio { get; set; } = 0.90;

    /// <summary>
    /// Consume queue files mapped at the same time; colder ones are unmapped, so that tens of thousands of queues stay
    /// within the kernel's map limit (<c>vm.max_map_count</c>, 65,530). Default: 8,192.
    /// </summary>
    public int MaxMappedConsumeQueueFiles { get; set; } = 8_192;

    /// <summary>
    /// Whether a record's checksum is verified whenever it is read for a consumer. A damaged record is never handed
    /// out; it is reported and passed over. Default: true.
    /// </summary>
    public bool VerifyOnRead { get; set; } = true;

    /// <summary>
    /// Whether a record without a whole-record checksum counts as damaged. Turn it off to open a store that RocketMQ
    /// wrote. Default: true.
    /// </summary>
    public bool RequireRecordChecksums { get; set; } = true;

    /// <summary>The largest body of a message in bytes. RocketMQ: <c>maxMessageSize</c>. Default: 4 MiB.</summary>
    public int MaxMessageBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>Checks the options; the problems name the setting, its value and what is allowed.</summary>
    public IEnumerable<string> Validate()
    {
        if (string.IsNullOrWhiteSpace(Directory) || !Path.IsPathFullyQualified(Directory))
            yield return $"{Section}:{nameof(Directory)} is '{Directory}'; give an absolute path.";
        if (CommitLogFileBytes is < 64 * 1024 or > 1024 * 1024 * 1024 || CommitLogFileBytes % 4096 != 0)
        {
            yield return Outside(
                nameof(CommitLogFileBytes), CommitLogFileBytes, "65,536 to 1,073,741,824, a multiple of 4,096");
        }

        if (ConsumeQueueFileEntries is < 16 or > 50_000_000)
            yield return Outside(nameof(ConsumeQueueFileEntries), ConsumeQueueFileEntries, "16 to 50,000,000");
        if (IndexFileSlots is < 1 or > 50_000_000)
            yield return Outside(nameof(IndexFileSlots), IndexFileSlots, "1 to 50,000,000");
        if (IndexFileEntries is < 2 or > 80_000_000)
            yield return Outside(nameof(IndexFileEntries), IndexFileEntries, "2 to 80,000,000");
        if (FlushWindow < TimeSpan.FromMilliseconds(10) || FlushWindow > TimeSpan.FromMinutes(1))
            yield return Outside(nameof(FlushWindow), FlushWindow, "10 ms to 1 min");
        if (FlushTimeout < TimeSpan.FromMilliseconds(100) || FlushTimeout > TimeSpan.FromMinutes(5))
            yield return Outside(nameof(FlushTimeout), FlushTimeout, "100 ms to 5 min");
        if (CheckpointInterval < TimeSpan.FromMilliseconds(10) || CheckpointInterval > TimeSpan.FromMinutes(10))
            yield return Outside(nameof(CheckpointInterval), CheckpointInterval, "10 ms to 10 min");
        if (Retention <= TimeSpan.Zero)
            yield return Outside(nameof(Retention), Retention, "more than zero");
        if (!Enum.IsDefined(DiskFullPolicy))
            yield return Outside(nameof(DiskFullPolicy), DiskFullPolicy, "Reject or DropOldest");
        if (DiskCleanRatio is <= 0 or > 1)
            yield return Outside(nameof(DiskCleanRatio), DiskCleanRatio, "more than 0, at most 1");
        if (DiskFullRatio is <= 0 or > 1 || DiskFullRatio < DiskCleanRatio)
            yield return Outside(nameof(DiskFullRatio), DiskFullRatio, $"{nameof(DiskCleanRatio)} to 1");
        if (MaxMappedConsumeQueueFiles is < 16 or > 60_000)
            yield return Outside(nameof(MaxMappedConsumeQueueFiles), MaxMappedConsumeQueueFiles, "16 to 60,000");
        if (MaxMessageBytes < 1 || MaxMessageBytes > CommitLogFileBytes / 2)
            yield return Outside(nameof(MaxMessageBytes), MaxMessageBytes, "1 to half of a commit log file");
    }

    private static string Outside(string name, object value, string allowed) =>
        $"{Section}:{name} is {value}; allowed is {allowed}.";
}

/// <summary>What an acknowledged send has survived.</summary>
public enum FlushMode
{
    /// <summary>The page cache: the process may die; a power cut loses at most the flush window.</summary>
    Async,

    /// <summary>The disk: a power cut loses nothing. Many sends share one flush.</summary>
    Sync,
}

/// <summary>What a store does when its disk fills up.</summary>
public enum DiskFullPolicy
{
    /// <summary>Nothing that has not expired is deleted; messages are refused until there is room.</summary>
    Reject,

    /// <summary>The oldest file goes, whoever still wanted its messages.</summary>
    DropOldest,
}
