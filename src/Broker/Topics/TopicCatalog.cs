using System.Collections.Concurrent;
using OrleansMq.Broker.Metadata;
using OrleansMq.Messages.Topics;
using OrleansMq.Storage.ConsumeQueues;

namespace OrleansMq.Broker.Topics;

/// <summary>
/// The shell around <see cref="TopicRegistry"/>: one change at a time, each on disk before it takes effect, and lookups
/// that take no lock.
/// </summary>
public sealed class TopicCatalog
{
    private readonly Lock _lock = new();
    private readonly TopicRegistry _registry;
    private readonly MetadataFile _file;
    private readonly ConsumeQueueTable _queues;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<string, TopicHandle> _handles = new(TopicKeyComparer.Instance);
    private readonly ConcurrentDictionary<string, TopicHandle>.AlternateLookup<ReadOnlySpan<byte>> _handlesByUtf8;
    private bool _isUnsaved;

    internal TopicCatalog(TopicRegistry registry, MetadataFile file, ConsumeQueueTable queues, TimeProvider time)
    {
        _registry = registry;
        _file = file;
        _queues = queues;
        _time = time;
        _handlesByUtf8 = _handles.GetAlternateLookup<ReadOnlySpan<byte>>();
        foreach (TopicConfig topic in registry.Topics)
            _handles[topic.Name] = new TopicHandle(topic, queues);
    }

    /// <summary>The version of the table.</summary>
    public DataVersion Version
    {
        get
        {
            lock (_lock)
                return _registry.Version;
        }
    }

    /// <summary>All topics as of now.</summary>
    public IEnumerable<TopicConfig> Topics => _handles.Values.Select(handle => handle.Config);

    private long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>A topic by its name in UTF-8, or null.</summary>
    public TopicHandle? Find(ReadOnlySpan<byte> topic) =>
        _handlesByUtf8.TryGetValue(topic, out TopicHandle? handle) ? handle : null;

    /// <summary>A topic by its name, or null.</summary>
    public TopicHandle? Find(string topic) => _handles.GetValueOrDefault(topic);

    /// <summary>Whether the broker keeps a topic for itself.</summary>
    public bool IsSystem(string topic)
    {
        lock (_lock)
            return _registry.IsSystem(topic);
    }

    /// <summary>Creates or changes a topic.</summary>
    public TopicResult Put(TopicConfig topic) => Change(topic.Name, registry => registry.Put(topic, Now));

    /// <summary>Finds a topic or creates it from its template, see <see cref="TopicRegistry.FindOrCreate"/>.</summary>
    public TopicResult FindOrCreate(string topic, string template, int requestedQueues) =>
        Change(topic, registry => registry.FindOrCreate(topic, template, requestedQueues, 0, Now));

    /// <summary>The retry topic of a group.</summary>
    public TopicResult FindOrCreateRetry(string group, int queues) =>
        Change(TopicNames.RetryOf(group), registry => registry.FindOrCreateRetry(group, queues, 0, Now));

    /// <summary>The dead-letter topic of a group.</summary>
    public TopicResult FindOrCreateDeadLetter(string group) =>
        Change(TopicNames.DeadLetterOf(group), registry => registry.FindOrCreateDeadLetter(group, Now));

    /// <summary>
    /// Shows topics as they were decided elsewhere, and deletes those that are no more with their queues.
    /// </summary>
    public void Follow(IReadOnlyCollection<TopicConfig> topics, IReadOnlyCollection<string> deleted)
    {
        var gone = new List<string>();
        lock (_lock)
        {
            foreach (TopicConfig topic in topics)
                _isUnsaved |= _registry.Follow(topic, Now);
            foreach (string topic in deleted)
            {
                if (_registry.Delete(topic, Now).IsChange)
                    gone.Add(topic);
            }

            _isUnsaved |= gone.Count > 0;
            Save();
            foreach (string topic in topics.Select(topic => topic.Name).Concat(gone))
                Follow(topic, _registry.Find(topic));
        }

        foreach (string topic in gone)
            _queues.DeleteTopic(topic);
    }

    /// <summary>Deletes a topic and its queues.</summary>
    public TopicResult Delete(string topic)
    {
        TopicResult result = Change(topic, registry => registry.Delete(topic, Now));
        if (result.Status == TopicStatus.Deleted)
            _queues.DeleteTopic(topic);
        return result;
    }

    private TopicResult Change(string topic, Func<TopicRegistry, TopicResult> change)
    {
        lock (_lock)
        {
            TopicResult result = change(_registry);

            _isUnsaved |= result.IsChange;
            Save();
            Follow(topic, _registry.Find(topic));
            return result;
        }
    }

    /// <summary>
    /// A change whose file could not be written is written, and takes effect, with the next call for the topic.
    /// </summary>
    private void Save()
    {
        if (_isUnsaved)
            _file.Save(TopicsFile.Encode(_registry.Snapshot()));
        _isUnsaved = false;
    }

    private void Follow(string topic, TopicConfig? config)
    {
        if (config is null)
            _handles.TryRemove(topic, out _);
        else if (_handles.TryGetValue(topic, out TopicHandle? handle))
            handle.Config = config;
        else
            _handles[topic] = new TopicHandle(config, _queues);
    }
}
