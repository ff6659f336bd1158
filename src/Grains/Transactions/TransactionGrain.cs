using Orleans.Concurrency;
using Orleans.Placement;
using OrleansMq.Broker.Clustering;
using OrleansMq.Broker.Nodes;
using OrleansMq.Broker.Sending;
using OrleansMq.Broker.Transactions;
using OrleansMq.Grains.Brokers;
using OrleansMq.Grains.Placement;
using OrleansMq.Grains.Queues;
using OrleansMq.Protocol.Codes;

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

    public Task<MetadataRefusal?> TryEnd(long physicalOffset, TransactionOutcome outcome, string? producerGroup) =>
        TryStoreAsync(node => node.Transactions.End(physicalOffset, null, producerGroup, outcome));

    public async Task<TransactionPage> ListOpen(TransactionFilter filter)
    {
        using RunningBroker.Call call = (await GetOwnedAsync()).Begin();
        return call.Node.OpenTransactions.List(filter);
    }

    public Task<MetadataRefusal?> TryResume(long physicalOffset) =>
        TryStoreAsync(node => node.Transactions.Resume(physicalOffset));

    public async Task<ResumeOutcome> ResumeAll(string producerGroup)
    {
        ResumeOutcome outcome;
        SendResult last;
        using (RunningBroker.Call call = (await GetOwnedAsync()).Begin())
        {
            outcome = call.Node.OpenTransactions.ResumeAll(producerGroup, out last);
            call.Node.Pump();
        }

        if (last.MustAwaitFlush)
            await AwaitFlushAsync(last);
        return outcome;
    }

    private async Task<MetadataRefusal?> TryStoreAsync(Func<BrokerNode, SendResult> store)
    {
        try
        {
            await StoreAsync(store);
            return null;
        }
        catch (MessageRefusedException refusal)
        {
            return new MetadataRefusal((ResponseCode)refusal.Code, refusal.Message);
        }
    }

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
