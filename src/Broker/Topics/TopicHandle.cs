using System.Text;
using OrleansMq.Storage.ConsumeQueues;

namespace OrleansMq.Broker.Topics;

/// <summary>A topic as the data path sees it: its settings and its queues. Thread-safe.</summary>
public sealed class TopicHandle
{
    private readonly ConsumeQueueTable _queues;
    private readonly byte[] _utf8Name;
    private volatile TopicConfig _config = null!;
    private long _windowMilliseconds;

    internal TopicHandle(TopicConfig config, ConsumeQueueTable queues)
    {
        _queues = queues;
        Config = config;
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
        internal set
        {
            _config = value;
            Volatile.Write(
                ref _windowMilliseconds, (long)TopicAttributes.ReadWindow(value.Attributes).TotalMilliseconds);
        }
    }

    /// <summary>
    /// For how long a message with the same unique id is stored once, in milliseconds; zero for no time at all.
    /// </summary>
    public long IdempotentWindowMilliseconds => Volatile.Read(ref _windowMilliseconds);

    /// <summary>One of the queues; the caller has checked the number against the settings.</summary>
    public ConsumeQueue Queue(int queueId) => _queues.Get(_utf8Name, queueId);
}
