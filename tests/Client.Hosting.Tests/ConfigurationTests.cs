using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using OrleansMq.Client.Hosting.Configuration;
using OrleansMq.Client.Producing;
using OrleansMq.Sdk.Tests;

namespace OrleansMq.Client.Hosting.Tests;

public sealed class ConfigurationTests
{
    [Fact]
    public async Task Client_IsMadeAsTheConfigurationSays()
    {
        using IHost host = TestHost.Build(
            new Desk(),
            builder => builder.Services.AddOrleansMq(builder.Configuration.GetSection(OrleansMqOptions.Section)),
            configuration: new()
            {
                ["OrleansMq:Client:Servers"] = "one:9876,two",
                ["OrleansMq:Client:ProducerGroup"] = "shop",
                ["OrleansMq:Client:RequestTimeout"] = "00:00:07",
                ["OrleansMq:Client:MaxMessageBytes"] = "1024",
            });

        ClientOptions options = host.Services.GetRequiredService<OrleansMqClient>().Options;

        Assert.Equal(["one:9876", "two:9876"], options.Transport.Seeds.Select(seed => seed.Address));
        Assert.Equal(("shop", TimeSpan.FromSeconds(7), 1024), (options.ProducerGroup, options.RequestTimeout, options.MaxMessageBytes));
        await ((IAsyncDisposable)host).DisposeAsync();
    }

    [Fact]
    public async Task Client_TakesChangesInTheirOrder_BehindItsConfiguration()
    {
        await using ServiceProvider services = new ServiceCollection()
            .AddOrleansMq(options => options.ProducerGroup = "configured")
            .ConfigureClient(options => options with { ProducerGroup = options.ProducerGroup + "-1" })
            .ConfigureClient((_, options) => options with { ProducerGroup = options.ProducerGroup + "-2" })
            .Services.BuildServiceProvider();

        Assert.Equal("configured-1-2", services.GetRequiredService<OrleansMqClient>().Options.ProducerGroup);
    }

    [Fact]
    public async Task Start_NamesEveryProblem_WhenOptionsAreWrong()
    {
        using IHost host = TestHost.Build(new Desk(), builder => builder.Services.AddOrleansMq(
            "audit", options => (options.Servers, options.RequestTimeout) = ("bad:port", TimeSpan.Zero)));

        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Contains("OrleansMq 'audit': Servers is 'bad:port'.", failure.Message, StringComparison.Ordinal);
        Assert.Contains("RequestTimeout is 00:00:00; 1 ms to 5 min is expected.", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_Fails_WhenTheOptionsOfAProducerAreWrong()
    {
        using IHost host = TestHost.Build(new Desk(), builder => builder.Services.AddOrleansMq("127.0.0.1")
            .AddProducer(options => options with { SendTimeout = TimeSpan.Zero }));

        var failure = await Assert.ThrowsAsync<ArgumentException>(() => host.StartAsync());

        Assert.Contains("SendTimeout", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Clients_AreKeptApartByTheirNames()
    {
        await using SdkBroker main = SdkBroker.Start();
        await using SdkBroker audit = SdkBroker.Start();
        var desk = new Desk();
        using IHost host = TestHost.Build(desk, builder =>
        {
            builder.Services.AddOrleansMq(main.Address).AddProducer();
            builder.Services.AddOrleansMq("audit", audit.Address).AddProducer()
                .AddConsumer<RawHandler>("Orders", "auditors");
        });
        await host.StartAsync();

        await host.Services.GetRequiredService<Producer>().SendAsync("Orders", "main"u8.ToArray());
        await host.Services.GetRequiredKeyedService<Producer>("audit").SendAsync("Orders", "audit"u8.ToArray());

        Assert.Equal("audit"u8.ToArray(), (byte[])(await desk.NextAsync()).Value);
        await host.StopAsync();
        Assert.False(desk.TryNext(out _));
    }

    [Theory]
    [InlineData(nameof(OrleansMqOptions.ConnectTimeout))]
    [InlineData(nameof(OrleansMqOptions.RequestTimeout))]
    public void Validate_TakesBothEndsOfARange_AndNothingBeyond(string option)
    {
        Assert.Empty(Problems(option, TimeSpan.FromMilliseconds(1)));
        Assert.Empty(Problems(option, TimeSpan.FromMinutes(5)));
        Assert.Single(Problems(option, TimeSpan.FromMinutes(5) + TimeSpan.FromTicks(1)));
        Assert.Single(Problems(option, TimeSpan.FromMilliseconds(1) - TimeSpan.FromTicks(1)));
    }

    [Fact]
    public void Validate_NamesWhatIsWrong()
    {
        Assert.Single(new OrleansMqOptions { Servers = " , " }.Validate());
        Assert.Single(new OrleansMqOptions { ProducerGroup = " " }.Validate());
        Assert.Single(new OrleansMqOptions { CompressBodiesFromBytes = -1 }.Validate());
        Assert.Single(new OrleansMqOptions { MaxMessageBytes = 0 }.Validate());
        Assert.Empty(new OrleansMqOptions { CompressBodiesFromBytes = 0, MaxMessageBytes = 1 }.Validate());
    }

    private static IEnumerable<string> Problems(string option, TimeSpan value)
    {
        var options = new OrleansMqOptions();
        typeof(OrleansMqOptions).GetProperty(option)!.SetValue(options, value);
        return options.Validate();
    }
}
