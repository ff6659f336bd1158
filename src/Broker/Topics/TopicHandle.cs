using System.Text;
using OrleansMq.Storage.ConsumeQueues;

namespace OrleansMq.Broker.Topics;

/// <summary>A topic as the data path sees it: its settings and its queues. Thread-safe.</summary>
public sealed class TopicHandle
{
    private readonly ConsumeQueueTable _queues;
    private readonly byte[] _utf8Name;
    private volatile TopicConfig _config;

    internal TopicHandle(TopicConfig config, ConsumeQueueTable queues)
    {
        _config = config;
        _queues = queues;
        _utf8Name = Encoding.UTF8.GetBytes(config.Name);
    }

    /// <summary>The name.</summary>
    public string Name => _config.Name;

    /// <summary>The name in UTF-8.</summary>
    public ReadOnlySpan<byte> Utf8Name => _utf8Name;

    /// <summary>The settings as of now.</summary>
    public TopicConfig Config
    {
        get => _config;
        internal set => _config = value;
    }

    /// <summary>One of the queues; the caller has checked the number against the settings.</summary>
    public ConsumeQueue Queue(int queueId) => _queues.Get(_utf8Name, queueId);
}
