using OrleansMq.Client.Receiving;

namespace OrleansMq.Client.Consuming;

/// <summary>
/// Consumes a message. An exception counts as <see cref="ConsumeResult.Retry"/> with its message as the reason.
/// </summary>
/// <param name="message">
/// The message; its <see cref="ReceivedMessage.ReconsumeTimes"/> say how often it came before.
/// </param>
/// <param name="cancellation">
/// Set when the consumer stops and no longer waits: what is not done by then comes again, here or to another member.
/// </param>
public delegate ValueTask<ConsumeResult> MessageHandler(ReceivedMessage message, CancellationToken cancellation);
