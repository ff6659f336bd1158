using OrleansMq.Broker.Clustering;
using OrleansMq.Protocol.Codes;

namespace OrleansMq.Broker.Transactions;

/// <summary>A broker that is alone.</summary>
internal sealed class NoPeers : ITransactionPeers
{
    public bool HasOthers => false;

    public ValueTask<IReadOnlyList<string>> FindProducersAsync(string group) => new([]);

    public ValueTask<bool> AskAsync(string broker, TransactionQuestion question) => new(false);

    public ValueTask<MetadataRefusal?> EndAsync(
        string broker, string? producerGroup, long physicalOffset, TransactionOutcome outcome) =>
        new(Unknown(broker));

    public ValueTask<TransactionPage?> ListAsync(string broker, TransactionFilter filter) =>
        new((TransactionPage?)null);

    public ValueTask<MetadataRefusal?> ResumeAsync(string broker, long physicalOffset) => new(Unknown(broker));

    public ValueTask<ResumeOutcome> ResumeAllAsync(string broker, string producerGroup) =>
        new(new ResumeOutcome(0, 0, Unknown(broker)));

    private static MetadataRefusal Unknown(string broker) =>
        new(ResponseCode.SystemError, $"There is no broker '{broker}' here.");
}
