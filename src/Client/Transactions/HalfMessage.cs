using OrleansMq.Client.Sending;

namespace OrleansMq.Client.Transactions;

/// <summary>A message that a broker has and shows to nobody until its transaction ends.</summary>
/// <param name="Message">The message.</param>
/// <param name="MessageId">
/// The identifier that it was given. What the local work stores together with its own data lets the checker answer.
/// </param>
/// <param name="BrokerName">The broker that has it.</param>
/// <param name="PhysicalOffset">Where it stands in that broker's log; operators name it so.</param>
public sealed record HalfMessage(Message Message, string MessageId, string BrokerName, long PhysicalOffset)
{
    internal long HalfQueueOffset { get; init; }
}

/// <summary>How a transaction ended.</summary>
/// <param name="Half">The half message.</param>
/// <param name="Outcome">What the local work said.</param>
/// <param name="IsEnded">
/// Whether the broker knows it. If not, it could not be told in time, or the outcome is unknown: it asks the checker.
/// </param>
public sealed record TransactionResult(HalfMessage Half, TransactionOutcome Outcome, bool IsEnded);
