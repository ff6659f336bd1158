using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansMq.Client.Consuming;
using OrleansMq.Client.Hosting.Diagnostics;
using OrleansMq.Client.Receiving;

namespace OrleansMq.Client.Hosting.Handling;

/// <summary>
/// Runs an application's consumers: they start with the host, and stop with it, once their handlers have ended or the
/// host's time for that is over.
/// </summary>
internal sealed class ConsumerService(
    IServiceProvider services, IEnumerable<ConsumerRegistration> registrations, ILogger<ConsumerService> logger)
    : IHostedService
{
    private readonly List<HostedConsumer> _consumers = [];

    /// <summary>The consumers, once the host has started.</summary>
    public IReadOnlyList<HostedConsumer> Consumers => _consumers;

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">A client consumes twice for a group.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        // Nothing starts unless all options work.
        foreach (ConsumerRegistration registration in registrations)
            _consumers.Add(Make(registration));
        foreach (HostedConsumer consumer in _consumers)
        {
            await consumer.Consumer.StartAsync(cancellationToken).ConfigureAwait(false);
            logger.ConsumerStarted(consumer.Consumer.Group, consumer.Topics);
        }
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(_consumers.Select(consumer => StopAsync(consumer, cancellationToken)));

    private HostedConsumer Make(ConsumerRegistration registration)
    {
        OrleansMqClient client = registration.Client.ClientOf(services);
        ConsumerOptions options = registration.Options;
        if (_consumers.Exists(other => other.Client == client && other.Consumer.Group == options.Group))
        {
            throw new InvalidOperationException(
                $"AddConsumer was called twice for the group '{options.Group}'. Give each handler a group of its own, "
                + "or one handler more topics: options => options with { Subscriptions = ... }.");
        }

        MessageHandler handler = registration.Handler(services, client.Options.Serializer);
        PushConsumer consumer = client.CreateConsumer(
            options, (message, cancellation) => HandleAsync(handler, options.Group, message, cancellation));
        return new HostedConsumer(
            registration.Client.Name, client, consumer, string.Join(", ", options.Subscriptions.Keys));
    }

    private async ValueTask<ConsumeResult> HandleAsync(
        MessageHandler handler, string group, ReceivedMessage message, CancellationToken cancellation)
    {
        try
        {
            ConsumeResult result = await handler(message, cancellation).ConfigureAwait(false);
            if (result.Action == ConsumeAction.DeadLetter)
                logger.DeadLettered(message.MessageId, message.Topic, group, result.Reason);
            return result;
        }
        catch (Exception cause) when (!cancellation.IsCancellationRequested || cause is not OperationCanceledException)
        {
            logger.HandlerFailed(cause, message.MessageId, message.Topic, group, message.ReconsumeTimes + 1);
            throw;
        }
    }

    private async Task StopAsync(HostedConsumer consumer, CancellationToken cancellation)
    {
        await consumer.Consumer.StopAsync(cancellation).ConfigureAwait(false);
        if (cancellation.IsCancellationRequested)
            logger.ConsumerStoppedLate(consumer.Consumer.Group, consumer.Topics);
        else
            logger.ConsumerStopped(consumer.Consumer.Group, consumer.Topics);
    }
}
