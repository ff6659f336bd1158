// A web application that sends orders, consumes them in the background, and knows its health.
using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization;
using OrleansMq.Client.Consuming;
using OrleansMq.Client.Producing;
using OrleansMq.Client.Receiving;

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);

#region web
builder.Services.AddOrleansMq(builder.Configuration.GetSection("OrleansMq:Client"))
    .UseJson(OrderJson.Default)
    .AddProducer()
    .AddConsumer<OrderHandler, Order>("WebOrders", "shipping");
builder.Services.AddHealthChecks().AddOrleansMq();
builder.Services.AddSingleton<ShippedOrders>();

WebApplication app = builder.Build();
app.MapPost("/orders", async (Order order, Producer producer, CancellationToken cancellation) =>
{
    SendReceipt receipt = await producer.SendAsync("WebOrders", order, cancellation);
    return Results.Accepted($"/orders/{order.Id}", receipt.MessageId);
});
#endregion
app.MapGet("/orders/{id:int}", (int id, ShippedOrders shipped) =>
    shipped.TryGetValue(id, out Order? order) ? Results.Ok(order) : Results.NotFound());
app.MapHealthChecks("/health");
app.Run();

#region handler
internal sealed class OrderHandler(ShippedOrders shipped) : IMessageHandler<Order>
{
    public ValueTask<ConsumeResult> HandleAsync(Order order, ReceivedMessage message, CancellationToken cancellation)
    {
        shipped[order.Id] = order;
        return ValueTask.FromResult(ConsumeResult.Ack);
    }
}

internal sealed record Order(int Id, string Customer);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Order))]
internal sealed partial class OrderJson : JsonSerializerContext;
#endregion

internal sealed class ShippedOrders : ConcurrentDictionary<int, Order>;
