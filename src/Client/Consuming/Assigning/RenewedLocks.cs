using OrleansMq.Client.Consuming.Queues;

namespace OrleansMq.Client.Consuming.Assigning;

/// <summary>What came of renewing locks.</summary>
/// <param name="Lost">Queues that may be another member's now.</param>
/// <param name="IsComplete">Whether all brokers answered.</param>
internal readonly record struct RenewedLocks(IReadOnlyList<AssignedQueue> Lost, bool IsComplete);
