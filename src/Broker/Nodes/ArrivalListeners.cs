using OrleansMq.Storage.ConsumeQueues;
using OrleansMq.Storage.Dispatching;

namespace OrleansMq.Broker.Nodes;

/// <summary>Tells both kinds of waiting consumers of a new message.</summary>
internal sealed class ArrivalListeners(IArrivalListener first, IArrivalListener second) : IArrivalListener
{
    public void OnArrival(ConsumeQueue queue, long queueOffset, long tagsCode)
    {
        first.OnArrival(queue, queueOffset, tagsCode);
        second.OnArrival(queue, queueOffset, tagsCode);
    }
}
