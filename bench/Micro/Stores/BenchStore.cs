using Microsoft.Extensions.Logging.Abstractions;
using OrleansMq.Messages.Identity;
using OrleansMq.Messages.Records;
using OrleansMq.Storage;
using OrleansMq.Storage.CommitLogs;
using OrleansMq.Storage.ConsumeQueues;

namespace OrleansMq.Bench.Micro.Stores;

/// <summary>A store of one queue in a temporary directory, without its background workers.</summary>
internal sealed class BenchStore : IDisposable
{
    /// <summary>Bytes of a message's body.</summary>
    public const int BodyBytes = 1024;

    /// <summary>Messages that fit into the one commit log file, whose pages are in memory.</summary>
    public const int MaxMessages = 100_000;

    /// <summary>Bytes of the commit log file.</summary>
    public const int FileBytes = 128 * 1024 * 1024;

    private readonly string _directory = Directory.CreateTempSubdirectory("omq-microbench-").FullName;
    private readonly byte[] _body = new byte[BodyBytes];

    public BenchStore()
    {
        new Random(1).NextBytes(_body);
        var options = new StoreOptions { Directory = _directory, CommitLogFileBytes = FileBytes };
        var files = new PopulatedFileSystem();
        Store = MessageStore.Open(files, options, TimeProvider.System, NullLogger.Instance);
        files.Populate();
        Queue = Store.Queues.Get("bench", 0);
    }

    public MessageStore Store { get; }

    public ConsumeQueue Queue { get; }

    /// <summary>Appends messages.</summary>
    /// <param name="count">How many.</param>
    /// <param name="properties">Gives the properties of each by its number; null for none.</param>
    /// <returns>The end of the last record.</returns>
    /// <exception cref="InvalidOperationException">The store took one not.</exception>
    public long Append(int count, Func<int, byte[]>? properties = null)
    {
        long end = 0;
        for (int index = 0; index < count; index++)
        {
            AppendResult result = Store.Log.Append(Queue, new RecordEncoder(new MessageDraft
            {
                Topic = "bench"u8,
                QueueId = 0,
                Body = _body,
                Properties = properties?.Invoke(index),
                BornTimestamp = 1,
                BornHost = default,
                StoreHost = default(HostAddress),
            }));
            if (result.Status != AppendStatus.Appended)
                throw new InvalidOperationException($"Message {index} was not appended: {result.Status}.");
            end = result.EndOffset;
        }

        return end;
    }

    public void Dispose()
    {
        Store.Dispose();
        Directory.Delete(_directory, recursive: true);
    }
}
