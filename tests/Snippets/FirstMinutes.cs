using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using OrleansMq.Client;
using OrleansMq.Client.Consuming;
using OrleansMq.Client.Producing;
using OrleansMq.Client.Receiving;
using OrleansMq.Client.Sending;
using OrleansMq.Client.Serialization;

namespace OrleansMq.Snippets;

#region types
public sealed record Order(int Id, string Customer);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Order))]
public sealed partial class OrderJson : JsonSerializerContext;
#endregion

#region handler
public sealed class ShipOrders : IMessageHandler<Order>
{
    public async ValueTask<ConsumeResult> HandleAsync(
        Order order, ReceivedMessage message, CancellationToken cancellation)
    {
        await Task.Delay(10, cancellation);
        return ConsumeResult.Ack;
    }
}
#endregion

/// <summary>The code of README.md, docs/first-five-minutes.md and docs/concepts/hosting.md.</summary>
internal static class FirstMinutes
{
    public static async Task ReadmeAsync()
    {
        #region readme
        await using var mq = new OrleansMqClient("127.0.0.1:9876");
        await using Producer producer = mq.CreateProducer();
        SendReceipt receipt = await producer.SendAsync("Orders", """{"id":1}"""u8.ToArray());
        #endregion
    }

    public static async Task TypedAsync()
    {
        #region typed
        await using var mq = new OrleansMqClient(ClientOptions.Default with
        {
            Serializer = new JsonMessageSerializer(OrderJson.Default),
        });
        await using Producer producer = mq.CreateProducer();
        await producer.SendAsync("Orders", new Order(7, "Ada"));
        await producer.SendAsync(new Message { Topic = "Orders", OrderingKey = "Ada" }, new Order(8, "Ada"));
        #endregion
    }

    public static void Host()
    {
        #region host
        HostApplicationBuilder builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder();
        builder.Services.AddOrleansMq("127.0.0.1:9876")
            .UseJson(OrderJson.Default)
            .AddProducer()
            .AddConsumer<ShipOrders, Order>("Orders", "shipping");
        builder.Build().Run();
        #endregion
    }

    public static void Configure(HostApplicationBuilder builder)
    {
        #region configuration
        builder.Services.AddOrleansMq(builder.Configuration.GetSection("OrleansMq:Client"))
            .ConfigureClient(options => options with { NewTopicQueues = 16 })
            .AddProducer(options => options with { SendTimeout = TimeSpan.FromSeconds(3) })
            .AddConsumer<ShipOrders, Order>("Orders", "shipping", options => options with
            {
                Order = ConsumeOrder.PerKey,
                Concurrency = 50,
            });
        #endregion

        #region keyed
        builder.Services.AddOrleansMq("audit", "audit.example:9876").AddProducer();
        builder.Services.AddSingleton(services =>
            new AuditTrail(services.GetRequiredKeyedService<Producer>("audit")));
        #endregion

        #region health
        builder.Services.AddHealthChecks()
            .AddOrleansMq(configure: health => health.MaxLagMessages = 10_000);
        #endregion
    }

    public static void Observe(TracerProviderBuilder tracing, MeterProviderBuilder metrics)
    {
        #region telemetry
        tracing.AddOrleansMqInstrumentation();
        metrics.AddOrleansMqInstrumentation();
        #endregion
    }

    private sealed record AuditTrail(Producer Producer);
}
