using OrleansMq.Client.Receiving;
using OrleansMq.Messages.Properties;

namespace OrleansMq.Client.Consuming.Queues;

/// <summary>Hands out one message of a lane at a time: a lane is the queue, or an ordering key in it.</summary>
internal sealed class OrderedBacklog(bool isPerKey) : Backlog
{
    private readonly Dictionary<string, Lane> _lanes = new(StringComparer.Ordinal);
    private readonly Queue<Lane> _ready = new();

    public override int Ready => _ready.Count;

    public override int Add(ReceivedMessage message)
    {
        string key = KeyOf(message);
        if (!_lanes.TryGetValue(key, out Lane? lane))
            _lanes[key] = lane = new Lane();
        lane.Messages.Enqueue(message);
        return lane.Messages.Count == 1 && lane.Head is null ? MakeReady(lane) : 0;
    }

    public override ReceivedMessage? Take()
    {
        if (!_ready.TryDequeue(out Lane? lane))
            return null;

        lane.Head ??= lane.Messages.Dequeue();
        return lane.Head;
    }

    public override int Finish(ReceivedMessage message)
    {
        string key = KeyOf(message);
        Lane lane = _lanes[key];
        lane.Head = null;
        if (lane.Messages.Count > 0)
            return MakeReady(lane);
        _lanes.Remove(key);
        return 0;
    }

    public override int Return(ReceivedMessage message)
    {
        Lane lane = _lanes[KeyOf(message)];
        lane.Head = message;
        return MakeReady(lane);
    }

    private string KeyOf(ReceivedMessage message) => isPerKey ? message.Find(PropertyNames.ShardingKey) ?? "" : "";

    private int MakeReady(Lane lane)
    {
        _ready.Enqueue(lane);
        return 1;
    }

    private sealed class Lane
    {
        public Queue<ReceivedMessage> Messages { get; } = new();

        /// <summary>The message that was taken and is not done.</summary>
        public ReceivedMessage? Head { get; set; }
    }
}
