using Microsoft.Extensions.DependencyInjection;
using OrleansMq.Client.Consuming;
using OrleansMq.Client.Receiving;
using OrleansMq.Client.Serialization;

namespace OrleansMq.Client.Hosting.Handling;

/// <summary>Calls a handler with a message.</summary>
internal delegate ValueTask<ConsumeResult> HandlerCall<in THandler>(
    THandler handler, IMessageSerializer serializer, ReceivedMessage message, CancellationToken cancellation);

/// <summary>Hands each message to a handler out of a scope of services of its own.</summary>
internal static class ScopedHandler<THandler>
    where THandler : class
{
    /// <summary>What makes the handler of a consumer.</summary>
    public static Func<IServiceProvider, IMessageSerializer, MessageHandler> With(HandlerCall<THandler> call) =>
        (services, serializer) =>
        {
            IServiceScopeFactory scopes = services.GetRequiredService<IServiceScopeFactory>();
            return (message, cancellation) => HandleAsync(scopes, call, serializer, message, cancellation);
        };

    private static async ValueTask<ConsumeResult> HandleAsync(
        IServiceScopeFactory scopes, HandlerCall<THandler> call, IMessageSerializer serializer,
        ReceivedMessage message, CancellationToken cancellation)
    {
        AsyncServiceScope scope = scopes.CreateAsyncScope();
        await using (scope.ConfigureAwait(false))
        {
            THandler handler = scope.ServiceProvider.GetRequiredService<THandler>();
            return await call(handler, serializer, message, cancellation).ConfigureAwait(false);
        }
    }
}
