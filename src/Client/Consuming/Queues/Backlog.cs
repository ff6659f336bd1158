using OrleansMq.Client.Receiving;

namespace OrleansMq.Client.Consuming.Queues;

/// <summary>
/// Messages of a queue that wait for a handler, in the order in which they may be handed out. Its methods say how many
/// more can be taken than before. Not thread-safe.
/// </summary>
internal abstract class Backlog
{
    /// <summary>Makes a backlog for an order.</summary>
    public static Backlog Of(ConsumeOrder order) =>
        order == ConsumeOrder.None ? new FreeBacklog() : new OrderedBacklog(order == ConsumeOrder.PerKey);

    /// <summary>Messages that can be taken now.</summary>
    public abstract int Ready { get; }

    /// <summary>A message has come.</summary>
    public abstract int Add(ReceivedMessage message);

    /// <summary>The next message to be handed out; null if there is none now.</summary>
    public abstract ReceivedMessage? Take();

    /// <summary>A message that was taken is done.</summary>
    public abstract int Finish(ReceivedMessage message);

    /// <summary>A message that was taken may be taken again.</summary>
    public abstract int Return(ReceivedMessage message);
}
