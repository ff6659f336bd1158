namespace OrleansMq.Cli.Demo;

/// <summary>The broker did not start, or ended by itself.</summary>
internal sealed class BrokerFailedException(string message) : Exception(message);
