using OrleansMq.Storage.Workers;

namespace OrleansMq.Storage.Confirmations;

/// <summary>
/// Answers sends that have waited too long for the disk. A worker of its own, which never touches a file: it must run
/// just when a flush hangs.
/// </summary>
internal sealed class ConfirmationTimer(ConfirmationQueue confirmations, TimeProvider time) : IStoreWorker
{
    private static readonly TimeSpan Resolution = TimeSpan.FromMilliseconds(100);

    public string Name => "omq-timeout";

    public WorkerSignal Signal { get; } = new();

    public TimeSpan PumpOnce() => confirmations.CompleteExpired(time.GetUtcNow().ToUnixTimeMilliseconds())
        ? Resolution
        : Timeout.InfiniteTimeSpan;
}
