using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansMq.Gateway.Hosting;

namespace OrleansMq.Standalone.Hosting;

/// <summary>Runs a broker for as long as the process does.</summary>
internal sealed class BrokerService(BrokerSettings settings, TimeProvider time, ILoggerFactory loggers)
    : IHostedService, IAsyncDisposable
{
    private BrokerHost? _host;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _host = BrokerHost.Open(settings, time, loggers);
        try
        {
            _host.Listen();
        }
        catch
        {
            await _host.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        Console.WriteLine(Greeting.Of(_host));
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await DisposeAsync().ConfigureAwait(false);
        Console.WriteLine("Stopped cleanly.");
    }

    public ValueTask DisposeAsync() => _host?.DisposeAsync() ?? ValueTask.CompletedTask;
}
