using System.Text.Json;
using System.Text.Json.Serialization;
using System.Threading.Channels;
using OrleansMq.Client.Consuming;
using OrleansMq.Client.Receiving;

namespace OrleansMq.Client.Hosting.Tests;

internal sealed record Order(int Id, string Customer);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Order))]
internal sealed partial class OrderJson : JsonSerializerContext;

/// <summary>What handlers had, and what they do with it.</summary>
internal sealed class Desk
{
    private readonly Channel<(object Value, Guid Scope)> _handled = Channel.CreateUnbounded<(object, Guid)>();

    /// <summary>What a handler does with a message before it is noted.</summary>
    public Func<object, int, CancellationToken, ValueTask<ConsumeResult>> Work { get; set; } =
        (_, _, _) => ValueTask.FromResult(ConsumeResult.Ack);

    public async ValueTask<ConsumeResult> HandleAsync(object value, Guid scope, int attempt, CancellationToken cancellation)
    {
        ConsumeResult result = await Work(value, attempt, cancellation);
        _handled.Writer.TryWrite((value, scope));
        return result;
    }

    public bool TryNext(out (object Value, Guid Scope) handled) => _handled.Reader.TryRead(out handled);

    public Task<(object Value, Guid Scope)> NextAsync() =>
        _handled.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));
}

/// <summary>One for each scope; says whether its scope has ended.</summary>
internal sealed class ScopeMark : IDisposable
{
    public Guid Id { get; } = Guid.NewGuid();

    public bool HasEnded { get; private set; }

    public void Dispose() => HasEnded = true;
}

internal sealed class OrderHandler(Desk desk, ScopeMark scope) : IMessageHandler<Order>
{
    public ValueTask<ConsumeResult> HandleAsync(Order value, ReceivedMessage message, CancellationToken cancellation) =>
        desk.HandleAsync(value, scope.Id, message.ReconsumeTimes + 1, cancellation);
}

internal sealed class RawHandler(Desk desk, ScopeMark scope) : IMessageHandler
{
    public ValueTask<ConsumeResult> HandleAsync(ReceivedMessage message, CancellationToken cancellation) =>
        desk.HandleAsync(message.Body.ToArray(), scope.Id, message.ReconsumeTimes + 1, cancellation);
}
