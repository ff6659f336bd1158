using OrleansMq.Storage.ConsumeQueues;

namespace OrleansMq.Storage.Dispatching;

/// <summary>Is told that a queue has a new message, after consumers can see it.</summary>
public interface IArrivalListener
{
    /// <summary>Called on the dispatching thread, once a message; must be quick and must not throw.</summary>
    void OnArrival(ConsumeQueue queue, long queueOffset, long tagsCode);
}
