using OrleansMq.Protocol.Bodies;

namespace OrleansMq.Client.Administration;

/// <summary>The settings of a topic.</summary>
/// <param name="Name">The topic.</param>
public sealed record TopicSettings(string Name)
{
    private const int Readable = 4;
    private const int Writable = 2;

    /// <summary>How many queues producers see on each broker. Default: 8.</summary>
    public int WriteQueues { get; init; } = 8;

    /// <summary>How many queues consumers see on each broker; null for as many as producers. Default: null.</summary>
    public int? ReadQueues { get; init; }

    /// <summary>Whether it may be read. Default: true.</summary>
    public bool IsReadable { get; init; } = true;

    /// <summary>Whether it may be written. Default: true.</summary>
    public bool IsWritable { get; init; } = true;

    /// <summary>
    /// Attributes, such as <c>retention.hours</c> or <c>idempotent.window</c>. Those that are not named stay as they
    /// are; null as a value takes one away.
    /// </summary>
    public IReadOnlyDictionary<string, string?> Attributes { get; init; } = new Dictionary<string, string?>();

    internal int Permission => (IsReadable ? Readable : 0) | (IsWritable ? Writable : 0);

    internal static TopicSettings Of(TopicConfig config) => new(config.TopicName)
    {
        WriteQueues = config.WriteQueueNums,
        ReadQueues = config.ReadQueueNums,
        IsReadable = (config.Perm & Readable) != 0,
        IsWritable = (config.Perm & Writable) != 0,
        Attributes = config.Attributes.ToDictionary(pair => pair.Key, string? (pair) => pair.Value),
    };
}

/// <summary>A topic and the brokers that have it.</summary>
/// <param name="Settings">Its settings; of the first broker if they differ.</param>
/// <param name="Brokers">The names of the brokers.</param>
public sealed record TopicInfo(TopicSettings Settings, IReadOnlyList<string> Brokers)
{
    /// <summary>The topic.</summary>
    public string Name => Settings.Name;
}

/// <summary>A topic with all of its queues.</summary>
/// <param name="Settings">Its settings; of the first broker if they differ.</param>
/// <param name="Queues">The queues of all brokers.</param>
public sealed record TopicDescription(TopicSettings Settings, IReadOnlyList<QueueInfo> Queues)
{
    /// <summary>How many messages are kept.</summary>
    public long Messages => Queues.Sum(queue => queue.Messages);
}

/// <summary>A queue and what it keeps.</summary>
/// <param name="Queue">The queue.</param>
/// <param name="MinOffset">The offset of the oldest message.</param>
/// <param name="MaxOffset">The offset behind the newest message.</param>
/// <param name="LastStored">When the newest message was stored; null if none is kept.</param>
public sealed record QueueInfo(MessageQueueKey Queue, long MinOffset, long MaxOffset, DateTimeOffset? LastStored)
{
    /// <summary>How many messages are kept.</summary>
    public long Messages => MaxOffset - MinOffset;
}
