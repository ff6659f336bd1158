using System.Globalization;
using System.Text;
using Orleans.Streams;

namespace OrleansMq.Streams.Queues;

/// <summary>A queue of a topic on a broker, which is what the provider calls a queue as well.</summary>
internal readonly record struct StreamQueueId(string Topic, string Broker, int Queue)
{
    /// <summary>The name of the stream of those messages of the queue that have no key.</summary>
    public string Key => string.Create(CultureInfo.InvariantCulture, $"{Broker}/{Queue}");

    /// <summary>Names the queue's numbering in tokens; never 0.</summary>
    public int Epoch => (int)Hash(Key) | 1;

    public static StreamQueueId Of(QueueId id)
    {
        string[] names = id.GetStringNamePrefix().Split('/');
        return new StreamQueueId(names[0], names[1], (int)id.GetNumericId());
    }

    public QueueId ToQueueId() => QueueId.GetQueueId($"{Topic}/{Broker}", (uint)Queue, Hash($"{Topic}/{Key}"));

    /// <summary>FNV-1a: the same in every process, for good.</summary>
    private static uint Hash(string text)
    {
        uint hash = 2166136261;
        foreach (byte one in Encoding.UTF8.GetBytes(text))
            hash = (hash ^ one) * 16777619;
        return hash;
    }
}
