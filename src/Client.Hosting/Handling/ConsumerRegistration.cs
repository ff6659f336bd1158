using OrleansMq.Client.Consuming;
using OrleansMq.Client.Hosting.Configuration;
using OrleansMq.Client.Serialization;

namespace OrleansMq.Client.Hosting.Handling;

/// <summary>A consumer that an application wants.</summary>
/// <param name="Client">Whose it is.</param>
/// <param name="Options">What it consumes, and how.</param>
/// <param name="Handler">Makes its handler.</param>
internal sealed record ConsumerRegistration(
    ClientRegistration Client, ConsumerOptions Options,
    Func<IServiceProvider, IMessageSerializer, MessageHandler> Handler);
