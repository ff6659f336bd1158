using Orleans.Streams;
using OrleansMq.Grains.Hosting;

namespace OrleansMq.Streams.Tests.Documentation;

/// <summary>The code of docs/concepts/orleans-streams.md, so that it compiles; see <see cref="SnippetTests"/>.</summary>
internal static class Snippets
{
    public static void AddToSilo(ISiloBuilder silo)
    {
        silo.AddOrleansMq(settings => settings.Store.Directory = "/var/lib/omq");
        silo.AddOrleansMqStreams("mq");
    }

    public static void AddToClient(IClientBuilder client)
    {
        client.AddOrleansMqStreams("mq");
    }

    public static async Task UseAsync(IStreamProvider provider)
    {
        IAsyncStream<OrderPlaced> stream = provider.GetStream<OrderPlaced>(StreamId.Create("Orders", "customer-7"));
        await stream.OnNextAsync(new OrderPlaced("4711", 12.50m));
        await stream.OnNextBatchAsync([new OrderPlaced("4712", 3), new OrderPlaced("4713", 4)]);

        await stream.SubscribeAsync(OnOrderAsync, OrleansMqToken.At(DateTimeOffset.UtcNow.AddHours(-12)));

        await stream.OnNextAsync(new OrderPlaced("4714", 5), DateTimeOffset.UtcNow.AddHours(1));
    }

    private static Task OnOrderAsync(OrderPlaced order, StreamSequenceToken? token) => Task.CompletedTask;
}

/// <summary>An event of the page.</summary>
[GenerateSerializer]
internal sealed record OrderPlaced([property: Id(0)] string Number, [property: Id(1)] decimal Amount);
