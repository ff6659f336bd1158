using OrleansMq.Gateway.Hosting;

namespace OrleansMq.TestKit;

/// <summary>A broker's settings as a test wants them: small files, no regard to the disk, clients that stay.</summary>
internal static class TestBrokerSettings
{
    private const int LogFileBytes = 16 * 1024 * 1024;
    private const int QueueFileEntries = 4_096;
    private const int IndexSlots = 4_096;
    private const int IndexEntries = 16_384;

    /// <summary>However far the clock is moved, clients that are connected are not silent.</summary>
    private static readonly TimeSpan s_never = TimeSpan.FromDays(36_500);

    public static BrokerSettings Of(TestBrokerOptions options, string directory)
    {
        var settings = new BrokerSettings();
        settings.Broker.BrokerName = options.BrokerName;
        settings.Store.CommitLogFileBytes = LogFileBytes;
        settings.Store.ConsumeQueueFileEntries = QueueFileEntries;
        settings.Store.IndexFileSlots = IndexSlots;
        settings.Store.IndexFileEntries = IndexEntries;
        settings.Store.DiskCleanRatio = settings.Store.DiskFullRatio = 1;
        settings.Gateway.Port = options.Port ?? 0;
        settings.Gateway.InProcessOnly = options.Port is null;
        options.Configure?.Invoke(settings);
        settings.Store.Directory = directory;
        settings.Check();
        settings.Broker.ClientExpiry = s_never;
        return settings;
    }
}
