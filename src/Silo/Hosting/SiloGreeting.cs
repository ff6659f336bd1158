using Microsoft.Extensions.Hosting;
using OrleansMq.Databases;
using OrleansMq.Gateway.Hosting;
using OrleansMq.Grains.Hosting;

namespace OrleansMq.Silo.Hosting;

/// <summary>Says where the broker listens once it does, and that it stopped cleanly.</summary>
internal sealed class SiloGreeting(ISiloBroker broker, SiloOptions options, BrokerSettings settings) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        Database database = options.OpenDatabase(settings.Store.Directory);
        Console.WriteLine(Greeting.Of(broker.Host));
        Console.WriteLine(options.IsAlone
            ? $"The silo is alone; decisions are kept in {database}."
            : $"The silo is part of the cluster '{options.ClusterId}'; decisions are kept in {database}.");
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
