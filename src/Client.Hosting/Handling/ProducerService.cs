using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OrleansMq.Client.Producing;

namespace OrleansMq.Client.Hosting.Handling;

/// <summary>
/// Makes an application's producers as the host starts, so that options that cannot work are told then and not with the
/// first send. They end with the application's services.
/// </summary>
internal sealed class ProducerService(IServiceProvider services, IEnumerable<ProducerRegistration> producers)
    : IHostedService
{
    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (ProducerRegistration producer in producers)
        {
            _ = producer.Name is null
                ? services.GetRequiredService<Producer>()
                : services.GetRequiredKeyedService<Producer>(producer.Name);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
