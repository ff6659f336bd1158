using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using OrleansMq.Client.Consuming;
using OrleansMq.Client.Hosting.Handling;

namespace OrleansMq.Client.Hosting.Health;

/// <summary>
/// A client is healthy when a broker answers, its consumers run, and no queue of theirs has a problem or too much
/// waiting.
/// </summary>
internal sealed class OrleansMqHealthCheck(
    string? clientName, OrleansMqClient client, IServiceProvider services, OrleansMqHealthOptions options)
    : IHealthCheck
{
    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        HealthStatus failure = context.Registration.FailureStatus;
        try
        {
            await client.PingAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception cause) when (!cancellationToken.IsCancellationRequested)
        {
            return new HealthCheckResult(failure, $"No broker answers: {cause.Message}", cause);
        }

        Dictionary<string, object> data = [];
        List<string> problems = [];
        foreach (HostedConsumer hosted in services.GetService<ConsumerService>()?.Consumers ?? [])
        {
            if (hosted.ClientName != clientName)
                continue;

            PushConsumer consumer = hosted.Consumer;
            if (consumer.State is not (ConsumerState.Running or ConsumerState.Paused))
            {
                return new HealthCheckResult(
                    failure, $"The consumer of {hosted.Topics} in the group '{consumer.Group}' is {consumer.State}.");
            }

            problems.AddRange(await LookIntoAsync(consumer, data, cancellationToken).ConfigureAwait(false));
        }

        return problems.Count == 0
            ? HealthCheckResult.Healthy(null, data)
            : HealthCheckResult.Degraded(string.Join(' ', problems), null, data);
    }

    private async Task<List<string>> LookIntoAsync(
        PushConsumer consumer, Dictionary<string, object> data, CancellationToken cancellation)
    {
        List<string> problems =
        [
            .. consumer.Queues.Where(queue => queue.Problem is not null).Take(1).Select(queue =>
                $"The group '{consumer.Group}' does not get on in {queue.Topic}/{queue.BrokerName}/{queue.QueueId}: "
                + queue.Problem),
        ];
        if (options.MaxLagMessages is not { } max)
            return problems;

        long lag = await consumer.GetLagAsync(cancellation).ConfigureAwait(false);
        data[$"{consumer.Group}.lag"] = lag;
        if (lag > max)
            problems.Add($"{lag} messages wait for the group '{consumer.Group}'; at most {max} are expected.");
        return problems;
    }
}
