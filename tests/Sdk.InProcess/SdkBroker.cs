using Microsoft.Extensions.Logging.Abstractions;
using OrleansMq.Client;
using OrleansMq.Client.InProcess;
using OrleansMq.Gateway.Hosting;

namespace OrleansMq.Sdk.Tests;

/// <summary>A broker in this process, whose clients come without a socket.</summary>
public sealed class SdkBroker : IAsyncDisposable
{
    private readonly BrokerSettings _settings;
    private BrokerHost _host;

    private SdkBroker(BrokerSettings settings)
    {
        _settings = settings;
        _host = BrokerHost.Open(settings, TimeProvider.System, NullLoggerFactory.Instance);
        _host.Listen();
    }

    /// <summary>The broker.</summary>
    public BrokerHost Host => _host;

    /// <summary>Its name.</summary>
    public string Name => _settings.Broker.BrokerName;

    /// <summary>Starts a broker.</summary>
    public static SdkBroker Start(Action<BrokerSettings>? configure = null)
    {
        var settings = new BrokerSettings();
        settings.Store.Directory = Directory.CreateTempSubdirectory("omq-sdk-").FullName;
        settings.Store.CommitLogFileBytes = 16 * 1024 * 1024;
        settings.Store.IndexFileSlots = 10_000;
        settings.Store.IndexFileEntries = 40_000;
        settings.Gateway.Port = 0;
        configure?.Invoke(settings);
        settings.Check();
        return new SdkBroker(settings);
    }

    /// <summary>A client of the broker.</summary>
    public OrleansMqClient Connect(Func<ClientOptions, ClientOptions>? configure = null)
    {
        var options = new ClientOptions { Transport = new InProcessTransport(() => _host) };
        return new OrleansMqClient(configure is null ? options : configure(options));
    }

    /// <summary>Stops the broker and starts it again on its store.</summary>
    public async Task RestartAsync()
    {
        await StopAsync();
        Resume();
    }

    /// <summary>Stops the broker; its store stays.</summary>
    public Task StopAsync() => _host.DisposeAsync().AsTask();

    /// <summary>Starts a stopped broker again.</summary>
    public void Resume()
    {
        _host = BrokerHost.Open(_settings, TimeProvider.System, NullLoggerFactory.Instance);
        _host.Listen();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(_settings.Store.Directory, recursive: true);
    }
}
