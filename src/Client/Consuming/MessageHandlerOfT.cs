using OrleansMq.Client.Receiving;

namespace OrleansMq.Client.Consuming;

/// <summary>
/// Consumes a value. An exception counts as <see cref="ConsumeResult.Retry"/> with its message as the reason.
/// </summary>
/// <param name="value">What the body holds.</param>
/// <param name="message">The message that it came with.</param>
/// <param name="cancellation">
/// Set when the consumer stops and no longer waits: what is not done by then comes again, here or to another member.
/// </param>
public delegate ValueTask<ConsumeResult> MessageHandler<in T>(
    T value, ReceivedMessage message, CancellationToken cancellation);
