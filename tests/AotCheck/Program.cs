// What must work when it is compiled ahead of time: configuration, a producer, JSON, a consumer with its scope.
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OrleansMq.Client.Consuming;
using OrleansMq.Client.Producing;
using OrleansMq.Client.Receiving;

HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["OrleansMq:Client:Servers"] = args[0] });
var received = new TaskCompletionSource<Check>();
builder.Services.AddSingleton(received);
builder.Services.AddOrleansMq(builder.Configuration.GetSection("OrleansMq:Client"))
    .UseJson(CheckJson.Default)
    .AddProducer()
    .AddConsumer<CheckHandler, Check>("AotChecks", "aot");

using IHost host = builder.Build();
await host.StartAsync();
await host.Services.GetRequiredService<Producer>().SendAsync("AotChecks", new Check(7, "ahead of time"));
Console.WriteLine(await received.Task.WaitAsync(TimeSpan.FromMinutes(1)));
await host.StopAsync();
Console.WriteLine(System.Runtime.CompilerServices.RuntimeFeature.IsDynamicCodeSupported ? "by JIT" : "ahead of time");

internal sealed record Check(int Id, string Text);

internal sealed class CheckHandler(TaskCompletionSource<Check> received) : IMessageHandler<Check>
{
    public ValueTask<ConsumeResult> HandleAsync(Check value, ReceivedMessage message, CancellationToken cancellation)
    {
        received.TrySetResult(value);
        return ValueTask.FromResult(ConsumeResult.Ack);
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Check))]
internal sealed partial class CheckJson : JsonSerializerContext;
