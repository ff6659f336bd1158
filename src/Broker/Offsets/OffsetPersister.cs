using Microsoft.Extensions.Logging;
using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.Diagnostics;
using OrleansMq.Broker.Metadata;
using OrleansMq.Storage.Files;
using OrleansMq.Storage.Workers;

namespace OrleansMq.Broker.Offsets;

/// <summary>Writes the committed offsets to disk when they have changed.</summary>
internal sealed class OffsetPersister(
    GroupCatalog groups, MetadataFile file, DataVersion version, BrokerOptions options, TimeProvider time,
    ILogger logger) : IStoreWorker
{
    private readonly Lock _lock = new();
    private DataVersion _version = version;
    private (long Offsets, DataVersion Groups) _saved = (0, groups.Version);

    public string Name => "omq-offsets";

    public WorkerSignal Signal { get; } = new();

    public TimeSpan PumpOnce()
    {
        try
        {
            Save();
        }
        catch (StoreIOException cause)
        {
            logger.OffsetsNotWritten(cause);
        }

        return options.OffsetFlushInterval;
    }

    /// <summary>Writes the offsets if one has changed since the last time.</summary>
    public void Save()
    {
        lock (_lock)
        {
            // The version counts too: a group that is deleted takes its revision with it.
            (long Offsets, DataVersion Groups) current = (
                groups.Groups.Sum(group => group.OffsetsRevision), groups.Version);
            if (current == _saved)
                return;

            _version = _version.Next(time.GetUtcNow().ToUnixTimeMilliseconds());
            file.Save(OffsetsFile.Encode(groups.SnapshotOffsets(_version)));
            _saved = current;
        }
    }
}
