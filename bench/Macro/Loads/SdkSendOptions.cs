namespace OrleansMq.Bench.Macro.Loads;

/// <summary>How the .NET client sends.</summary>
internal sealed record SdkSendOptions
{
    /// <summary>The topic.</summary>
    public string Topic { get; init; } = "omq-bench-sdk";

    /// <summary>Its queues.</summary>
    public int Queues { get; init; } = 8;

    /// <summary>Bytes of a body.</summary>
    public int BodyBytes { get; init; } = 1024;

    /// <summary>Callers at the same time, all of one producer.</summary>
    public int Callers { get; init; } = 64;

    /// <summary>Messages that a caller sends with one call.</summary>
    public int MessagesPerCall { get; init; } = 1;

    /// <summary>Whether messages of several callers may share a request.</summary>
    public bool IsBatching { get; init; } = true;

    /// <summary>How long is measured.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the load runs before that.</summary>
    public TimeSpan WarmUp { get; init; } = TimeSpan.FromSeconds(3);
}
