using OrleansMq.Client.Producing;

namespace OrleansMq.Client.Transactions;

/// <summary>How a producer of transactions works. Immutable: change a copy with <c>with</c>.</summary>
public sealed record TransactionProducerOptions
{
    /// <summary>How half messages are sent.</summary>
    public ProducerOptions Sending { get; init; } = new();

    /// <summary>
    /// How old a half message is before its broker asks about it, in whole seconds: longer than the local work takes,
    /// for another client of the group may be asked. Default: as the broker is configured (6 s).
    /// </summary>
    public TimeSpan? FirstCheckAfter { get; init; }

    /// <summary>
    /// How long to try to tell a broker how a transaction ended; after that it asks. Default: 10 s.
    /// </summary>
    public TimeSpan EndTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How many questions are answered at a time. Default: 16.</summary>
    public int MaxConcurrentChecks { get; init; } = 16;

    /// <summary>
    /// How many questions may be waiting to be answered; brokers ask those above it again. Default: 1,024.
    /// </summary>
    public int MaxPendingChecks { get; init; } = 1_024;

    /// <summary>Fails for options that cannot work; the message names all of them.</summary>
    /// <exception cref="ArgumentException">Some are wrong.</exception>
    internal void Check()
    {
        new OptionCheck()
            .Require(
                FirstCheckAfter is not { } first || first >= TimeSpan.FromSeconds(1),
                $"{nameof(FirstCheckAfter)} is {FirstCheckAfter}; one second or more is expected.")
            .Positive(EndTimeout)
            .AtLeastOne(MaxConcurrentChecks)
            .Require(
                MaxPendingChecks >= MaxConcurrentChecks,
                $"{nameof(MaxPendingChecks)} is {MaxPendingChecks}; {nameof(MaxConcurrentChecks)} or more is expected.")
            .ThrowIfAny("transaction producer");
        Sending.Check();
    }
}
