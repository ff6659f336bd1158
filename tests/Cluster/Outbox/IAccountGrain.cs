using OrleansMq.Grains.Transactions;

namespace OrleansMq.Cluster.Tests.Outbox;

/// <summary>An account that says of every withdrawal, and only of those, that it happened.</summary>
public interface IAccountGrain : ITransactionChecker
{
    Task<int> GetBalance();

    /// <summary>Withdraws once for each operation; false if it was refused.</summary>
    Task<bool> Withdraw(string operation, int amount);
}

/// <summary>What the account keeps.</summary>
public sealed class AccountState
{
    public int Balance { get; set; } = 100;

    /// <summary>What was done; as long as the same operation may come again, or its message be asked about.</summary>
    public HashSet<string> Done { get; init; } = [];

    /// <summary>What was not done, and never will be.</summary>
    public HashSet<string> Refused { get; init; } = [];
}

/// <summary>What else the bank wants to know of a withdrawal.</summary>
public interface IBankAudit
{
    void Requested(string operation);

    void Written(string operation);
}
