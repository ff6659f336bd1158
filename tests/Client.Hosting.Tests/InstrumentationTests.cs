using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using OrleansMq.Client.Producing;
using OrleansMq.Sdk.Tests;

namespace OrleansMq.Client.Hosting.Tests;

public sealed class InstrumentationTests
{
    [Fact]
    public async Task Traces_LeadFromTheSenderIntoTheHandler()
    {
        await using SdkBroker broker = SdkBroker.Start();
        var desk = new Desk();
        ActivityTraceId? handlersTrace = null;
        desk.Work = (_, _, _) =>
        {
            handlersTrace = Activity.Current?.TraceId;
            return ValueTask.FromResult(Consuming.ConsumeResult.Ack);
        };
        var spans = new Kept();
        using TracerProvider tracing = OpenTelemetry.Sdk.CreateTracerProviderBuilder()
            .AddOrleansMqInstrumentation().AddProcessor(spans).Build();
        using MeterProvider metrics = OpenTelemetry.Sdk.CreateMeterProviderBuilder().AddOrleansMqInstrumentation().Build();
        using IHost host = TestHost.Build(desk, builder => builder.Services.AddOrleansMq(broker.Address)
            .AddProducer().AddConsumer<RawHandler>("Traced", "shipping"));
        await host.StartAsync();

        await host.Services.GetRequiredService<Producer>().SendAsync("Traced", "x"u8.ToArray());
        await desk.NextAsync();
        await host.StopAsync();

        Activity send = Assert.Single(spans.All, span => span.DisplayName == "send Traced");
        Activity process = Assert.Single(spans.All, span => span.DisplayName == "process Traced");
        Activity receive = Assert.Single(spans.All, span => span.DisplayName == "receive Traced");
        Assert.Equal(send.Context.SpanId, process.ParentSpanId);
        Assert.Equal(send.TraceId, handlersTrace);
        Assert.Equal(send.SpanId, Assert.Single(receive.Links).Context.SpanId);
    }

    private sealed class Kept : BaseProcessor<Activity>
    {
        public ConcurrentQueue<Activity> All { get; } = new();

        public override void OnEnd(Activity data) => All.Enqueue(data);
    }
}
