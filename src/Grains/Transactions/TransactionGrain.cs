using Orleans.Concurrency;
using Orleans.Placement;
using OrleansMq.Broker.Nodes;
using OrleansMq.Broker.Sending;
using OrleansMq.Broker.Transactions;
using OrleansMq.Grains.Brokers;
using OrleansMq.Grains.Placement;
using OrleansMq.Grains.Queues;

namespace OrleansMq.Grains.Transactions;

/// <summary>Everything it answers comes from the broker beside it.</summary>
[OwnedByBroker, Reentrant, Immovable]
internal sealed class TransactionGrain(LocalBroker broker) : OwnedGrain(broker), ITransactionGrain
{
    private const int MaxListed = 10_000;

    public async Task<HalfMessage[]> List(TransactionState? state, int maxCount)
    {
        using RunningBroker.Call call = (await GetOwnedAsync()).Begin();
        return
        [
            .. call.Node.Transactions.List()
                .Where(half => state is null || half.State == state)
                .Take(Math.Clamp(maxCount, 1, MaxListed)),
        ];
    }

    public Task End(long physicalOffset, TransactionOutcome outcome) =>
        StoreAsync(node => node.Transactions.End(physicalOffset, null, null, outcome));

    public Task Resume(long physicalOffset) => StoreAsync(node => node.Transactions.Resume(physicalOffset));

    private async Task StoreAsync(Func<BrokerNode, SendResult> store)
    {
        SendResult result;
        using (RunningBroker.Call call = (await GetOwnedAsync()).Begin())
        {
            result = store(call.Node);
            call.Node.Pump();
        }

        if (!result.IsStored)
            throw new MessageRefusedException(result.Code, result.Problem!);
        if (result.MustAwaitFlush)
            await AwaitFlushAsync(result);
    }
}
