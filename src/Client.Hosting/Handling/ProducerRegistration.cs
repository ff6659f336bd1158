namespace OrleansMq.Client.Hosting.Handling;

/// <summary>A producer that an application wants.</summary>
/// <param name="Name">The key of its client; null for the one without.</param>
internal sealed record ProducerRegistration(string? Name);
