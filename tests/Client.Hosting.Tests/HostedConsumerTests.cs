using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OrleansMq.Client.Consuming;
using OrleansMq.Client.Producing;
using OrleansMq.Sdk.Tests;

namespace OrleansMq.Client.Hosting.Tests;

public sealed class HostedConsumerTests : IAsyncLifetime, IDisposable
{
    private readonly SdkBroker _broker = SdkBroker.Start();
    private readonly Desk _desk = new();
    private readonly Logged _logged = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _broker.DisposeAsync();

    public void Dispose() => _logged.Dispose();

    [Fact]
    public async Task Host_HandsEachMessageToAHandlerOfItsOwnScope()
    {
        using IHost host = Build(mq => mq.AddProducer().AddConsumer<RawHandler>("Orders", "shipping"));
        await host.StartAsync();
        Producer producer = host.Services.GetRequiredService<Producer>();

        await producer.SendAsync("Orders", "1"u8.ToArray());
        await producer.SendAsync("Orders", "2"u8.ToArray());

        (object first, Guid firstScope) = await _desk.NextAsync();
        (object second, Guid secondScope) = await _desk.NextAsync();
        Assert.Equal((string[])["1", "2"], ((object[])[first, second]).Cast<byte[]>().Select(body => $"{(char)body[0]}").Order());
        Assert.NotEqual(firstScope, secondScope);
        await StopAsync(host);
    }

    [Fact]
    public async Task Host_HandsValuesToATypedHandler()
    {
        using IHost host = Build(mq => mq.UseJson(OrderJson.Default).AddProducer()
            .AddConsumer<OrderHandler, Order>("Orders", "shipping"));
        await host.StartAsync();

        await host.Services.GetRequiredService<Producer>().SendAsync("Orders", new Order(7, "Ada"));

        Assert.Equal(new Order(7, "Ada"), (await _desk.NextAsync()).Value);
        await StopAsync(host);
    }

    [Fact]
    public async Task Host_GoesOnWithTheNext_WhenABodyCannotBeRead()
    {
        using IHost host = Build(mq => mq.UseJson(OrderJson.Default).AddProducer().AddConsumer<OrderHandler, Order>(
            "Orders", "shipping", options => options with { Order = ConsumeOrder.PerQueue, Concurrency = 1 }));
        await host.StartAsync();
        Producer producer = host.Services.GetRequiredService<Producer>();

        await producer.SendAsync(new Sending.Message { Topic = "Orders", OrderingKey = "a", Body = "no json"u8.ToArray() });
        await producer.SendAsync(new Sending.Message { Topic = "Orders", OrderingKey = "a" }, new Order(8, "Bob"));

        Assert.Equal(new Order(8, "Bob"), (await _desk.NextAsync()).Value);
        Assert.Contains("no JSON of Order", Assert.Single(_logged.Of(4005)), StringComparison.Ordinal);
        await StopAsync(host);
    }

    [Fact]
    public async Task Host_HandsAMessageOutAgain_WhenItsHandlerFails()
    {
        _desk.Work = (_, attempt, _) => attempt == 1
            ? throw new InvalidOperationException("not yet")
            : ValueTask.FromResult(ConsumeResult.Ack);
        using IHost host = Build(mq => mq.AddProducer().AddConsumer<RawHandler>(
            "Orders", "shipping",
            options => options with { Order = ConsumeOrder.PerQueue, LocalRetryDelay = TimeSpan.FromMilliseconds(10) }));
        await host.StartAsync();

        await host.Services.GetRequiredService<Producer>().SendAsync("Orders", "x"u8.ToArray());

        await _desk.NextAsync();
        Assert.Contains("attempt 1", Assert.Single(_logged.Of(4004)), StringComparison.Ordinal);
        await StopAsync(host);
    }

    [Fact]
    public async Task Stop_WaitsForTheHandler_AndItsMessageDoesNotComeAgain()
    {
        var began = new TaskCompletionSource();
        var mayEnd = new TaskCompletionSource();
        _desk.Work = async (_, _, _) =>
        {
            began.TrySetResult();
            await mayEnd.Task;
            return ConsumeResult.Ack;
        };
        using (IHost host = Build(mq => mq.AddProducer().AddConsumer<RawHandler>("Orders", "shipping")))
        {
            await host.StartAsync();
            await host.Services.GetRequiredService<Producer>().SendAsync("Orders", "first"u8.ToArray());
            await began.Task.WaitAsync(TimeSpan.FromSeconds(30));

            Task stopping = StopAsync(host);
            Assert.False(stopping.IsCompleted);
            mayEnd.SetResult();
            await stopping;
            await _desk.NextAsync();
            Assert.Single(_logged.Of(4002));
        }

        _desk.Work = (_, _, _) => ValueTask.FromResult(ConsumeResult.Ack);
        using IHost next = Build(mq => mq.AddProducer().AddConsumer<RawHandler>("Orders", "shipping"));
        await next.StartAsync();
        await next.Services.GetRequiredService<Producer>().SendAsync("Orders", "second"u8.ToArray());
        Assert.Equal("second"u8.ToArray(), (byte[])(await _desk.NextAsync()).Value);
        await StopAsync(next);
        Assert.False(_desk.TryNext(out _));
    }

    [Fact]
    public async Task Stop_GivesUpTheHandler_WhenTheHostsTimeIsOver()
    {
        var began = new TaskCompletionSource();
        _desk.Work = async (_, _, cancellation) =>
        {
            began.TrySetResult();
            await Task.Delay(Timeout.Infinite, cancellation);
            return ConsumeResult.Ack;
        };
        using IHost host = Build(mq => mq.AddProducer().AddConsumer<RawHandler>("Orders", "shipping"));
        await host.StartAsync();
        await host.Services.GetRequiredService<Producer>().SendAsync("Orders", "x"u8.ToArray());
        await began.Task.WaitAsync(TimeSpan.FromSeconds(30));

        using var over = new CancellationTokenSource();
        Task stopping = host.StopAsync(over.Token);
        await over.CancelAsync();
        await Record.ExceptionAsync(() => stopping).WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Single(_logged.Of(4003));
    }

    [Fact]
    public async Task Start_SaysWhatToDo_WhenAGroupIsConsumedTwice()
    {
        using IHost host = Build(mq => mq.AddConsumer<RawHandler>("Orders", "shipping")
            .AddConsumer<OrderHandler, Order>("Payments", "shipping"));

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync());

        Assert.Contains("twice for the group 'shipping'", failure.Message, StringComparison.Ordinal);
    }

    private IHost Build(Action<OrleansMqBuilder> configure) => TestHost.Build(
        _desk, builder => configure(builder.Services.AddOrleansMq(_broker.Address)), _logged);

    private static Task StopAsync(IHost host) => host.StopAsync().WaitAsync(TimeSpan.FromSeconds(60));
}
