using Microsoft.Extensions.Logging;
using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.Diagnostics;
using OrleansMq.Broker.Metadata;
using OrleansMq.Storage.Files;
using OrleansMq.Storage.Workers;

namespace OrleansMq.Broker.Offsets;

/// <summary>Writes the committed offsets to disk when they have changed.</summary>
internal sealed class OffsetPersister(
    GroupCatalog groups, MetadataFile file, DataVersion version, BrokerOptions options, TimeProvider time, ILogger logger)
    : IStoreWorker
{
    private DataVersion _version = version;
    private long _savedRevision;

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
        long revision = groups.Groups.Sum(group => group.OffsetsRevision);
        if (revision == _savedRevision)
            return;

        _version = _version.Next(time.GetUtcNow().ToUnixTimeMilliseconds());
        file.Save(OffsetsFile.Encode(groups.SnapshotOffsets(_version)));
        _savedRevision = revision;
    }
}
