using OrleansMq.Client.Receiving;

namespace OrleansMq.Client.Consuming;

/// <summary>Consumes messages, as <see cref="MessageHandler"/> does.</summary>
public interface IMessageHandler
{
    /// <inheritdoc cref="MessageHandler"/>
    ValueTask<ConsumeResult> HandleAsync(ReceivedMessage message, CancellationToken cancellation);
}

/// <summary>Consumes values that messages hold.</summary>
public interface IMessageHandler<in T>
{
    /// <inheritdoc cref="MessageHandler{T}"/>
    ValueTask<ConsumeResult> HandleAsync(T value, ReceivedMessage message, CancellationToken cancellation);
}
