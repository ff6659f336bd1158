using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using OrleansMq.Client.Consuming;
using OrleansMq.Client.Producing;
using OrleansMq.Sdk.Tests;

namespace OrleansMq.Client.Hosting.Tests;

public sealed class HealthTests : IAsyncLifetime
{
    private readonly SdkBroker _broker = SdkBroker.Start();
    private readonly Desk _desk = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _broker.DisposeAsync();

    [Fact]
    public async Task Check_IsHealthy_WhileABrokerAnswersAndConsumersRun()
    {
        using IHost host = await StartAsync(null);

        Assert.Equal(HealthStatus.Healthy, (await CheckAsync(host)).Status);
        await host.StopAsync();
    }

    [Fact]
    public async Task Check_IsUnhealthy_WhenNoBrokerAnswers()
    {
        using IHost host = TestHost.Build(_desk, builder =>
        {
            builder.Services.AddOrleansMq("127.0.0.1:1");
            builder.Services.AddHealthChecks().AddOrleansMq();
        });

        HealthReportEntry entry = await CheckAsync(host);

        Assert.Equal(HealthStatus.Unhealthy, entry.Status);
        Assert.StartsWith("No broker answers: ", entry.Description, StringComparison.Ordinal);
        await ((IAsyncDisposable)host).DisposeAsync();
    }

    [Fact]
    public async Task Check_IsUnhealthy_WhenAConsumerHasStopped()
    {
        using IHost host = await StartAsync(null);
        await host.StopAsync();

        HealthReportEntry entry = await CheckAsync(host);

        Assert.Equal(HealthStatus.Unhealthy, entry.Status);
        Assert.Contains("in the group 'shipping' is Stopped", entry.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_IsDegraded_WhenMoreWaitsThanIsExpected()
    {
        var mayEnd = new TaskCompletionSource();
        var began = new TaskCompletionSource();
        _desk.Work = async (_, _, _) =>
        {
            began.TrySetResult();
            await mayEnd.Task;
            return ConsumeResult.Ack;
        };
        using IHost host = await StartAsync(2);
        Producer producer = host.Services.GetRequiredService<Producer>();
        for (int number = 0; number < 3; number++)
            await producer.SendAsync("Orders", "x"u8.ToArray());
        await began.Task.WaitAsync(TimeSpan.FromSeconds(30));

        HealthReportEntry entry = await CheckUntilAsync(host, HealthStatus.Degraded);

        Assert.Contains("3 messages wait for the group 'shipping'; at most 2", entry.Description, StringComparison.Ordinal);
        Assert.Equal(3L, entry.Data["shipping.lag"]);

        mayEnd.SetResult();
        for (int number = 0; number < 3; number++)
            await _desk.NextAsync();
        Assert.Equal(0L, (await CheckUntilAsync(host, HealthStatus.Healthy)).Data["shipping.lag"]);
        await host.StopAsync();
    }

    private static async Task<HealthReportEntry> CheckAsync(IHost host)
    {
        HealthReport report = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        return report.Entries["orleansmq"];
    }

    /// <summary>A queue that was just found, or a handler that just ended, counts a moment later.</summary>
    private static async Task<HealthReportEntry> CheckUntilAsync(IHost host, HealthStatus expected)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            HealthReportEntry entry = await CheckAsync(host);
            bool isSettled = entry.Status == expected && entry.Data["shipping.lag"] is 3L or 0L;
            if (isSettled || patience.IsCancellationRequested)
                return entry;
            await Task.Yield();
        }
    }

    private async Task<IHost> StartAsync(long? maxLag)
    {
        IHost host = TestHost.Build(_desk, builder =>
        {
            builder.Services.AddOrleansMq(_broker.Address).AddProducer().AddConsumer<RawHandler>("Orders", "shipping");
            builder.Services.AddHealthChecks().AddOrleansMq(configure: options => options.MaxLagMessages = maxLag);
        });
        await host.StartAsync();
        return host;
    }
}
