using Microsoft.Extensions.Logging;
using OrleansMq.Broker.Clustering;
using OrleansMq.Broker.Transactions;
using OrleansMq.Grains.Brokers;
using OrleansMq.Grains.Diagnostics;

namespace OrleansMq.Grains.Transactions;

/// <summary>Asks grains of the application, and ends transactions as they say.</summary>
internal sealed class CheckerCaller(
    RunningBroker broker, IGrainFactory grains, ClusteringOptions options, TimeProvider time, ILogger logger)
{
    /// <summary>Asks; whatever goes wrong, the broker asks again when the next check is due.</summary>
    public async Task AskAsync(string checker, TransactionQuestion question)
    {
        try
        {
            ITransactionChecker grain = grains.GetGrain<ITransactionChecker>(GrainId.Parse(checker));
            TransactionDecision decision = await grain.Check(question).WaitAsync(options.DecisionTimeout, time)
                .ConfigureAwait(false);
            if (decision != TransactionDecision.Unknown)
                End(question, decision);
        }
#pragma warning disable CA1031 // What an application's grain throws is open-ended, and harms nothing.
        catch (Exception cause)
#pragma warning restore CA1031
        {
            logger.CheckerFailed(checker, question.PhysicalOffset, cause.Message);
        }
    }

    private void End(TransactionQuestion question, TransactionDecision decision)
    {
        TransactionOutcome outcome = decision == TransactionDecision.Commit
            ? TransactionOutcome.Committed
            : TransactionOutcome.RolledBack;
        using RunningBroker.Call call = broker.Begin();
        if (call.Node.Transactions.End(question.PhysicalOffset, null, null, outcome) is { Problem: { } problem })
            logger.CheckerFailed($"{decision}", question.PhysicalOffset, problem);
        call.Node.Pump();
    }
}
