using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using OrleansMq.Client.Consuming;
using OrleansMq.Client.Hosting.Configuration;
using OrleansMq.Client.Hosting.Handling;
using OrleansMq.Client.Producing;
using OrleansMq.Client.Receiving;
using OrleansMq.Client.Serialization;

namespace OrleansMq.Client.Hosting;

/// <summary>Adds to one client of an application what it produces and consumes.</summary>
public sealed class OrleansMqBuilder
{
    private readonly ClientRegistration _client;

    internal OrleansMqBuilder(IServiceCollection services, ClientRegistration client)
    {
        Services = services;
        _client = client;
    }

    /// <summary>The application's services.</summary>
    public IServiceCollection Services { get; }

    /// <summary>The key that the client, and its producer, are asked for by; null for those without.</summary>
    public string? Name => _client.Name;

    /// <summary>Changes the client's options, after its configuration.</summary>
    public OrleansMqBuilder ConfigureClient(Func<ClientOptions, ClientOptions> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        return ConfigureClient((_, options) => change(options));
    }

    /// <summary>The same with the application's services at hand.</summary>
    public OrleansMqBuilder ConfigureClient(Func<IServiceProvider, ClientOptions, ClientOptions> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        _client.Change(change);
        return this;
    }

    /// <summary>Reads and writes values as JSON by the code that was generated for them.</summary>
    public OrleansMqBuilder UseJson(params JsonSerializerContext[] contexts) =>
        UseSerializer(new JsonMessageSerializer(contexts));

    /// <summary>Reads and writes values in a way of the application's own.</summary>
    public OrleansMqBuilder UseSerializer(IMessageSerializer serializer)
    {
        ArgumentNullException.ThrowIfNull(serializer);
        return ConfigureClient(options => options with { Serializer = serializer });
    }

    /// <summary>
    /// Adds the <see cref="Producer"/>, one for the whole application; it is made as the host starts, and waits for
    /// what is under way as it ends.
    /// </summary>
    /// <param name="change">Changes its options.</param>
    public OrleansMqBuilder AddProducer(Func<ProducerOptions, ProducerOptions>? change = null)
    {
        Producer Make(IServiceProvider services)
        {
            var options = new ProducerOptions();
            return _client.ClientOf(services).CreateProducer(change is null ? options : change(options));
        }

        if (Name is null)
            Services.AddSingleton(Make);
        else
            Services.AddKeyedSingleton(Name, (services, _) => Make(services));
        Services.AddSingleton(new ProducerRegistration(Name));
        Services.AddHostedService<ProducerService>();
        return this;
    }

    /// <summary>
    /// Consumes a topic from the start of the host to its end. Each message has a scope of services of its own, from
    /// which its handler comes.
    /// </summary>
    /// <param name="topic">The topic.</param>
    /// <param name="group">The group; a client consumes for it once.</param>
    /// <param name="change">Changes the consumer's options, also to more topics, tags, order and limits.</param>
    public OrleansMqBuilder AddConsumer<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THandler>(
        string topic, string group, Func<ConsumerOptions, ConsumerOptions>? change = null)
        where THandler : class, IMessageHandler =>
        AddConsumer<THandler>(
            topic, group, change,
            static (handler, _, message, cancellation) => handler.HandleAsync(message, cancellation));

    /// <summary>
    /// The same for a handler of values, which are read by the client's serializer. A body that holds no such value
    /// becomes a dead letter at once.
    /// </summary>
    /// <inheritdoc cref="AddConsumer{THandler}(string, string, Func{ConsumerOptions, ConsumerOptions})"/>
    public OrleansMqBuilder AddConsumer<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THandler, T>(
        string topic, string group, Func<ConsumerOptions, ConsumerOptions>? change = null)
        where THandler : class, IMessageHandler<T> =>
        AddConsumer<THandler>(topic, group, change, static (handler, serializer, message, cancellation) =>
        {
            MessageHandler<T> typed = handler.HandleAsync;
            return typed.Untyped(serializer)(message, cancellation);
        });

    private OrleansMqBuilder AddConsumer<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THandler>(
        string topic, string group, Func<ConsumerOptions, ConsumerOptions>? change, HandlerCall<THandler> call)
        where THandler : class
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(topic);
        ArgumentException.ThrowIfNullOrWhiteSpace(group);
        var options = new ConsumerOptions
        {
            Group = group,
            Subscriptions = new Dictionary<string, MessageFilter> { [topic] = MessageFilter.All },
        };
        Services.TryAddScoped<THandler>();
        Services.AddSingleton(new ConsumerRegistration(
            _client, change is null ? options : change(options), ScopedHandler<THandler>.With(call)));
        Services.TryAddSingleton<ConsumerService>();
        Services.AddHostedService(static services => services.GetRequiredService<ConsumerService>());
        return this;
    }
}
