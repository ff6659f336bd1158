namespace OrleansMq.Broker.Transactions;

/// <summary>Which transactions that are not over an operator wants to see.</summary>
/// <param name="State">Only those in this state; null for all.</param>
/// <param name="ProducerGroup">Only those of this group; null for all.</param>
/// <param name="AfterOffset">Only those whose half messages stand behind this position; -1 for all.</param>
/// <param name="MaxCount">The most to list, 1 and up.</param>
public sealed record TransactionFilter(TransactionState? State, string? ProducerGroup, long AfterOffset, int MaxCount);
