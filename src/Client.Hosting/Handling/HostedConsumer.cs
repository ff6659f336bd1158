using OrleansMq.Client.Consuming;

namespace OrleansMq.Client.Hosting.Handling;

/// <summary>A consumer that runs with the host.</summary>
/// <param name="ClientName">The key of its client; null for the one without.</param>
/// <param name="Client">Its client.</param>
/// <param name="Consumer">The consumer.</param>
/// <param name="Topics">Its topics, for people.</param>
internal sealed record HostedConsumer(string? ClientName, OrleansMqClient Client, PushConsumer Consumer, string Topics);
