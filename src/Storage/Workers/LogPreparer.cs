using OrleansMq.Storage.CommitLogs;

namespace OrleansMq.Storage.Workers;

/// <summary>Keeps space ready ahead of the appends: pages of the current file, then the next file.</summary>
internal sealed class LogPreparer(CommitLog log) : IStoreWorker
{
    public string Name => "omq-prepare";

    public WorkerSignal Signal { get; } = new();

    public TimeSpan PumpOnce()
    {
        try
        {
            return log.PrepareAhead() ? TimeSpan.Zero : Timeout.InfiniteTimeSpan;
        }
        catch (Files.StoreIOException cause)
        {
            log.Seal(cause);
            return Timeout.InfiniteTimeSpan;
        }
    }
}
