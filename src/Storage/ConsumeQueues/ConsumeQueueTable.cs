using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Logging;
using OrleansMq.Storage.CommitLogs;
using OrleansMq.Storage.Diagnostics;
using OrleansMq.Storage.Files;
using OrleansMq.Storage.Retention;

namespace OrleansMq.Storage.ConsumeQueues;

/// <summary>All consume queues of a store, opened when they are first asked for. Thread-safe.</summary>
public sealed class ConsumeQueueTable
{
    private readonly ConcurrentDictionary<string, TopicQueues> _topics = new(TopicKeyComparer.Instance);
    private readonly ConcurrentDictionary<string, TopicQueues>.AlternateLookup<ReadOnlySpan<byte>> _topicsByUtf8;
    private readonly string _directory;
    private readonly Lock _dirtyLock = new();
    private readonly ILogger _logger;

    private List<QueueSegment> _dirty = [];
    private HashSet<string> _unsynced = [];
    private int _damaged;

    internal ConsumeQueueTable(
        IStoreFileSystem files, StoreOptions options, CommitLog log, string directory, ILogger logger)
    {
        Files = files;
        Log = log;
        _logger = logger;
        Ends = new QueueEnds(files, Path.Combine(options.Directory, "queueends"), options.ConsumeQueueFileEntries);
        EntriesPerFile = options.ConsumeQueueFileEntries;
        Budget = new MappingBudget(options.MaxMappedConsumeQueueFiles);
        _directory = directory;
        _topicsByUtf8 = _topics.GetAlternateLookup<ReadOnlySpan<byte>>();
        files.CreateDirectory(directory, isDurable: true);
    }

    /// <summary>The largest queue number.</summary>
    public static int MaxQueueId => TopicQueues.MaxQueues - 1;

    /// <summary>How many consume queue files are mapped now.</summary>
    public int MappedFiles => Budget.Count;

    internal IStoreFileSystem Files { get; }

    internal CommitLog Log { get; }

    internal int EntriesPerFile { get; }

    internal MappingBudget Budget { get; }

    internal QueueEnds Ends { get; }

    /// <summary>
    /// While the store recovers: entries of records at or behind this position are cut off when opened.
    /// </summary>
    internal long RecoverFrom { get; set; } = long.MaxValue;

    /// <summary>Whether every entry is made anew from the log: then files are deleted as a queue is opened.</summary>
    internal bool IsRebuilding => RecoverFrom <= Log.MinOffset && Ends.IsUsable;

    /// <summary>Queues found damaged since the store was opened.</summary>
    internal int Damaged => Volatile.Read(ref _damaged);

    /// <summary>Runs an act while nothing is dispatched. Set by the store.</summary>
    internal Action<Action> WhilePaused { get; set; } = static act => act();

    /// <summary>The queue, opened or made if need be; no file is created before its first message.</summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The number is negative or above <see cref="MaxQueueId"/>.
    /// </exception>
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
            foreach (int queueId in QueueIdsIn(Path.Combine(_directory, topic)))
                found.Add((topic, queueId));
        }

        foreach (ConsumeQueue queue in Opened)
            found.Add((queue.Topic, queue.QueueId));
        return [.. found];
    }

    /// <summary>
    /// Deletes the entries of a topic; durable when the call returns. The records stay in the log until they expire but
    /// never come back, and a topic of the same name goes on with the next offsets.
    /// </summary>
    /// <exception cref="StoreIOException">
    /// The disk failed: the topic may come back when the store is opened again. Or it is full: nothing was deleted.
    /// </exception>
    public void DeleteTopic(string topic) => WhilePaused(() =>
    {
        string directory = DirectoryOf(topic);
        foreach (int queueId in QueueIdsIn(directory))
            Get(topic, queueId);

        (ConsumeQueue Queue, long End)[] queues =
            [.. TopicOf(topic).Opened.Select(queue => (queue, queue.GivenOutUntil))];
        Ends.Write([.. queues.Where(queue => queue.End > 0).Select(
            queue => ((queue.Queue.Topic, queue.Queue.QueueId), new QueueEnd(queue.End, queue.End)))]);
        foreach ((ConsumeQueue queue, long end) in queues)
            queue.Clear(end);
        Files.DeleteDirectory(directory);
        Files.SyncDirectory(_directory);
    });

    /// <summary>The queues of a topic that have files or were used since the store was opened.</summary>
    internal IEnumerable<ConsumeQueue> QueuesOf(string topic)
    {
        foreach (int queueId in QueueIdsIn(DirectoryOf(topic)))
            Get(topic, queueId);
        return TopicOf(topic).Opened;
    }

    /// <summary>Cuts off the oldest messages of queues; durable before it takes effect.</summary>
    /// <exception cref="StoreIOException">The disk failed or is full: nothing was cut.</exception>
    internal void Cut(IReadOnlyCollection<QueueCut> cuts, Action beforeItTakesEffect)
    {
        Ends.Write([.. cuts.Select(
            cut => ((cut.Topic, cut.QueueId), new QueueEnd(cut.MinOffset, cut.MinOffset)))]);
        beforeItTakesEffect();
        foreach (QueueCut cut in cuts)
            Get(cut.Topic, cut.QueueId).RaiseFloor(cut.MinOffset);
    }

    /// <summary>Queues opened so far.</summary>
    internal IEnumerable<ConsumeQueue> Opened => _topics.Values.SelectMany(topic => topic.Opened);

    /// <summary>
    /// Files written, and directories with new names, since the last call; for the checkpoint, while nothing is
    /// dispatched.
    /// </summary>
    internal (List<string> Files, IReadOnlyCollection<string> Directories) TakeDirty()
    {
        lock (_dirtyLock)
        {
            List<string> files = [.. _dirty.Select(segment => segment.Path)];
            HashSet<string> directories = _unsynced;
            foreach (QueueSegment segment in _dirty)
                segment.IsDirty = false;
            _dirty = [];
            _unsynced = [];
            return (files, directories);
        }
    }

    internal void MarkDirty(QueueSegment segment)
    {
        if (segment.IsDirty)
            return;

        // A queue that is being opened marks on the thread that asked for it.
        lock (_dirtyLock)
        {
            segment.IsDirty = true;
            _dirty.Add(segment);
        }
    }

    /// <summary>
    /// Notes that a queue has a new file. Its name, and those of its directories, are synced by the checkpoint, which
    /// takes many queues at a time, and not while a message waits.
    /// </summary>
    internal void MarkUnsynced(string queueDirectory)
    {
        lock (_dirtyLock)
        {
            _unsynced.Add(queueDirectory);
            _unsynced.Add(Path.GetDirectoryName(queueDirectory)!);
            _unsynced.Add(_directory);
        }
    }

    internal void ReportDamage(ConsumeQueue queue, long offset)
    {
        Interlocked.Increment(ref _damaged);
        _logger.QueueDamaged(queue.Topic, queue.QueueId, offset);
    }

    /// <summary>Deletes the files of all queues whose last message is no longer in the log.</summary>
    internal void DeleteBelow(long logMinOffset)
    {
        foreach (string topic in Files.ListDirectories(_directory))
        {
            string directory = Path.Combine(_directory, topic);
            foreach (int queueId in QueueIdsIn(directory))
            {
                // A queue that nobody uses has old files too; one of a single file keeps it, and need not be opened.
                string path = Path.Combine(directory, queueId.ToString(CultureInfo.InvariantCulture));
                if (Files.ListFiles(path).Count > 1)
                    Get(topic, queueId).DeleteBelow(logMinOffset);
            }
        }
    }

    /// <summary>Closes every queue and forgets it, so that the next use opens it again.</summary>
    internal void CloseAll()
    {
        foreach (ConsumeQueue queue in Opened)
            queue.Close();
        _topics.Clear();
    }

    /// <summary>Opens every queue that has files or is known, each losing the entries that may be stale.</summary>
    internal void OpenAll()
    {
        foreach ((string topic, int queueId) in List().Concat(Ends.Queues))
            Get(topic, queueId);
    }

    /// <summary>Whether a queue has not come as far as it is known to have been.</summary>
    internal bool HasLostEntries() => Ends.Queues.Any(
        queue => Get(queue.Topic, queue.QueueId).MaxOffset < Ends.Of(queue.Topic, queue.QueueId).End);

    /// <summary>Ends recovery: no queue lies behind what is known of it, and appends go on where entries end.</summary>
    internal void EndRecovery()
    {
        RecoverFrom = long.MaxValue;
        foreach (ConsumeQueue queue in Opened)
        {
            long end = Ends.Of(queue.Topic, queue.QueueId).End;
            if (queue.RaiseTo(end))
                _logger.QueueGap(queue.Topic, queue.QueueId, end);
            queue.NextOffset = queue.MaxOffset;
        }
    }

    private IEnumerable<int> QueueIdsIn(string topicDirectory)
    {
        foreach (string name in Files.ListDirectories(topicDirectory))
        {
            if (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int id) && id <= MaxQueueId)
                yield return id;
        }
    }

    private TopicQueues TopicOf(string topic) => _topics.GetOrAdd(
        topic, static (name, table) => new TopicQueues(table, name, table.DirectoryOf(name)), this);

    private string DirectoryOf(string topic) =>
        topic is not ("" or "." or "..") && topic.IndexOfAny(['/', '\\', '\0']) < 0
            ? Path.Combine(_directory, topic)
            : throw new ArgumentException($"'{topic}' is no topic: it cannot be the name of a directory.");
}
