using OrleansMq.Storage.Indexes;

namespace OrleansMq.Storage.Checkpoints;

/// <summary>What is known to be on disk.</summary>
/// <param name="FlushedUntil">All records below are.</param>
/// <param name="RecoverFrom">
/// All consume queue and other index entries of records below are; at most the former.
/// </param>
/// <param name="LastTimestamp">When the last such record was stored, Unix milliseconds.</param>
/// <param name="Index">How much of the key index is.</param>
/// <param name="IndexDurableUntil">The position in the log that <paramref name="Index"/> corresponds to.</param>
internal sealed record CheckpointState(
    long FlushedUntil, long RecoverFrom, long LastTimestamp, IndexMark Index, long IndexDurableUntil);
