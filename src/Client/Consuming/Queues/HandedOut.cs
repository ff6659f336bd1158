using OrleansMq.Client.Receiving;

namespace OrleansMq.Client.Consuming.Queues;

/// <summary>A message that a handler gets.</summary>
/// <param name="Queue">The queue that it came from.</param>
/// <param name="Message">The message.</param>
/// <param name="Epoch">The turn of the queue in which it came; see <see cref="AssignedQueue.Epoch"/>.</param>
/// <param name="Cancellation">Set when the handler is no longer waited for.</param>
internal readonly record struct HandedOut(
    AssignedQueue Queue, ReceivedMessage Message, int Epoch, CancellationToken Cancellation);
