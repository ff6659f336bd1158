using Microsoft.Extensions.Logging;
using OrleansMq.Broker.Clustering;
using OrleansMq.Broker.Transactions;
using OrleansMq.Grains.Brokers;
using OrleansMq.Grains.ControlPlanes;
using OrleansMq.Grains.Diagnostics;
using OrleansMq.Protocol.Codes;

namespace OrleansMq.Grains.Transactions;

/// <summary>Reaches the other brokers of the cluster through the grains beside their logs.</summary>
internal sealed class TransactionPeers(
    ClusterView view, string own, DecisionCaller caller, IGrainFactory grains, ClusteringOptions options,
    TimeProvider time, ILogger logger) : ITransactionPeers
{
    public bool HasOthers => Others.Any();

    private IEnumerable<string> Others => view.Brokers.Select(broker => broker.Name).Where(name => name != own);

    public async ValueTask<IReadOnlyList<string>> FindProducersAsync(string group)
    {
        string[] others = [.. Others];
        bool[] has = await Task.WhenAll(
            others.Select(broker => TryAsync(broker, grain => grain.HasProducer(group)))).ConfigureAwait(false);
        return [.. others.Where((_, index) => has[index])];
    }

    public async ValueTask<bool> AskAsync(string broker, TransactionQuestion question) =>
        await TryAsync(broker, grain => grain.AskProducer(ProducerQuestion.Of(question))).ConfigureAwait(false);

    public ValueTask<MetadataRefusal?> EndAsync(
        string broker, string? producerGroup, long physicalOffset, TransactionOutcome outcome) =>
        CallAsync(broker, grain => grain.TryEnd(physicalOffset, outcome, producerGroup), refusal => refusal);

    public ValueTask<TransactionPage?> ListAsync(string broker, TransactionFilter filter) =>
        CallAsync<TransactionPage?>(broker, async grain => await grain.ListOpen(filter), _ => null);

    public ValueTask<MetadataRefusal?> ResumeAsync(string broker, long physicalOffset) =>
        CallAsync(broker, grain => grain.TryResume(physicalOffset), refusal => refusal);

    public ValueTask<ResumeOutcome> ResumeAllAsync(string broker, string producerGroup) => CallAsync(
        broker, grain => grain.ResumeAll(producerGroup), refusal => new ResumeOutcome(0, 0, refusal));

    /// <summary>Calls the door of a broker that is there; a call that fails gives what stands for a refusal.</summary>
    private async ValueTask<T> CallAsync<T>(
        string broker, Func<ITransactionGrain, Task<T>> call, Func<MetadataRefusal, T> refused)
    {
        if (!view.IsAlive(broker))
        {
            return refused(new MetadataRefusal(
                ResponseCode.ServiceNotAvailable, $"The broker '{broker}' is not there now, or has another name."));
        }

        try
        {
            ITransactionGrain grain = grains.GetGrain<ITransactionGrain>(broker);
            return await caller.CallAsync(() => call(grain)).ConfigureAwait(false);
        }
        catch (UndecidedException cause)
        {
            return refused(new MetadataRefusal(ResponseCode.ServiceNotAvailable, cause.Message));
        }
    }

    private async Task<bool> TryAsync(string broker, Func<IBrokerGrain, Task<bool>> call)
    {
        try
        {
            return await call(grains.GetGrain<IBrokerGrain>(broker)).WaitAsync(options.DecisionTimeout, time)
                .ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Which exceptions a dying silo causes is open-ended; its producers come elsewhere.
        catch (Exception cause)
#pragma warning restore CA1031
        {
            logger.NotTold(broker, cause.Message);
            return false;
        }
    }
}
