using System.Collections.Concurrent;
using System.Globalization;
using OrleansMq.Storage.CommitLogs;
using OrleansMq.Storage.Files;

namespace OrleansMq.Storage.ConsumeQueues;

/// <summary>All consume queues of a store, opened when they are first asked for. Thread-safe.</summary>
public sealed class ConsumeQueueTable
{
    private readonly ConcurrentDictionary<string, TopicQueues> _topics = new(TopicKeyComparer.Instance);
    private readonly ConcurrentDictionary<string, TopicQueues>.AlternateLookup<ReadOnlySpan<byte>> _topicsByUtf8;
    private readonly string _directory;

    private List<QueueSegment> _dirty = [];

    internal ConsumeQueueTable(IStoreFileSystem files, StoreOptions options, CommitLog log, string directory)
    {
        Files = files;
        Log = log;
        EntriesPerFile = options.ConsumeQueueFileEntries;
        Budget = new MappingBudget(options.MaxMappedConsumeQueueFiles);
        _directory = directory;
        _topicsByUtf8 = _topics.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    /// <summary>The largest queue number.</summary>
    public static int MaxQueueId => TopicQueues.MaxQueues - 1;

    /// <summary>How many consume queue files are mapped now.</summary>
    public int MappedFiles => Budget.Count;

    internal IStoreFileSystem Files { get; }

    internal CommitLog Log { get; }

    internal int EntriesPerFile { get; }

    internal MappingBudget Budget { get; }

    /// <summary>While the store recovers: entries of records at or behind this position are cut off when opened.</summary>
    internal long RecoverFrom { get; set; } = long.MaxValue;

    /// <summary>The queue, opened or made if need be; no file is created before its first message.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative or above <see cref="MaxQueueId"/>.</exception>
    public ConsumeQueue Get(string topic, int queueId) => TopicOf(topic).Get(queueId);

    /// <summary>The same for a topic in UTF-8.</summary>
    public ConsumeQueue Get(ReadOnlySpan<byte> topic, int queueId)
    {
        if (!_topicsByUtf8.TryGetValue(topic, out TopicQueues? queues))
            queues = TopicOf(System.Text.Encoding.UTF8.GetString(topic));
        return queues.Get(queueId);
    }

    /// <summary>Topics and queue numbers that have files or were used since the store was opened.</summary>
    public IReadOnlyList<(string Topic, int QueueId)> List()
    {
        var found = new SortedSet<(string Topic, int QueueId)>();
        foreach (string topic in Files.ListDirectories(_directory))
        {
            foreach (string queue in Files.ListDirectories(Path.Combine(_directory, topic)))
            {
                if (int.TryParse(queue, NumberStyles.None, CultureInfo.InvariantCulture, out int id) && id <= MaxQueueId)
                    found.Add((topic, id));
            }
        }

        foreach (ConsumeQueue queue in Opened)
            found.Add((queue.Topic, queue.QueueId));
        return [.. found];
    }

    /// <summary>Queues opened so far.</summary>
    internal IEnumerable<ConsumeQueue> Opened => _topics.Values.SelectMany(topic => topic.Opened);

    /// <summary>Files written since the last call; for the checkpoint, while nothing is dispatched.</summary>
    internal List<QueueSegment> TakeDirty()
    {
        List<QueueSegment> dirty = _dirty;
        _dirty = [];
        foreach (QueueSegment segment in dirty)
            segment.IsDirty = false;
        return dirty;
    }

    internal void MarkDirty(QueueSegment segment)
    {
        if (!segment.IsDirty)
        {
            segment.IsDirty = true;
            _dirty.Add(segment);
        }
    }

    /// <summary>Forgets a topic and deletes its files; the records stay in the log until they expire.</summary>
    public void DeleteTopic(string topic)
    {
        if (_topics.TryRemove(topic, out TopicQueues? queues))
        {
            foreach (ConsumeQueue queue in queues.Opened)
                queue.Close();
        }

        Files.DeleteDirectory(Path.Combine(_directory, topic));
    }

    /// <summary>Closes every queue and forgets it, so that the next use opens it again.</summary>
    internal void CloseAll()
    {
        foreach (ConsumeQueue queue in Opened)
            queue.Close();
        _topics.Clear();
    }

    private TopicQueues TopicOf(string topic) => _topics.GetOrAdd(
        topic, static (name, table) => new TopicQueues(table, name, Path.Combine(table._directory, name)), this);
}
