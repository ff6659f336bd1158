using System.Globalization;
using System.Text;
using OrleansMq.Broker.Transactions;
using OrleansMq.Client.Sending;
using OrleansMq.Client.Transactions;
using OrleansMq.Grains.Transactions;
using Outcome = OrleansMq.Client.Transactions.TransactionOutcome;

namespace OrleansMq.Cluster.Tests.Outbox;

/// <summary>The grain of docs/concepts/outbox.md.</summary>
internal sealed class AccountGrain(
    [PersistentState("account", "accounts")] IPersistentState<AccountState> account, TransactionProducer producer,
    IBankAudit audit) : Grain, IAccountGrain
{
    public Task<int> GetBalance() => Task.FromResult(account.State.Balance);

    public async Task<bool> Withdraw(string operation, int amount)
    {
        if (account.State.Done.Contains(operation))
            return true;

        var message = new Message
        {
            Topic = "Withdrawals",
            UniqueKey = operation,
            Body = Encoding.UTF8.GetBytes(amount.ToString(CultureInfo.InvariantCulture)),
            Properties = new Dictionary<string, string>
            {
                [TransactionProducer.CheckerGrainProperty] = this.GetGrainId().ToString(),
            },
        };
        try
        {
            TransactionResult result = await producer.SendInTransactionAsync(
                message, async (half, _) => await TryWithdrawAsync(half.MessageId, amount));
            return result.Outcome == Outcome.Commit;
        }
        catch
        {
            // What is stored may be another state than what is in memory.
            DeactivateOnIdle();
            throw;
        }
    }

    public async Task<TransactionDecision> Check(TransactionQuestion question)
    {
        if (account.State.Done.Contains(question.UniqueKey))
            return TransactionDecision.Commit;

        // Written before it is said: an older activation that still lives cannot write behind it.
        if (account.State.Refused.Add(question.UniqueKey))
            await account.WriteStateAsync();
        return TransactionDecision.Rollback;
    }

    private async Task<Outcome> TryWithdrawAsync(string operation, int amount)
    {
        audit.Requested(operation);
        if (account.State.Refused.Contains(operation) || account.State.Balance < amount)
            return Outcome.Rollback;

        account.State.Balance -= amount;
        account.State.Done.Add(operation);
        await account.WriteStateAsync();
        audit.Written(operation);
        return Outcome.Commit;
    }
}
