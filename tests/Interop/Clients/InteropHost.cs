namespace OrleansMq.Interop.Tests.Clients;

/// <summary>What the broker of these tests needs besides itself: nothing, it is the only one.</summary>
public sealed class InteropHost : IAsyncDisposable
{
    private InteropHost()
    {
    }

    /// <summary>How many brokers there are, so that a topic has as many times its queues.</summary>
    public const int Brokers = 1;

    /// <summary>The broker to which messages go whose order, or place, the tests look at; null for the only one.</summary>
    public const string? FirstBroker = null;

    /// <summary>More of the broker's command line.</summary>
    public IReadOnlyList<string> Arguments { get; } = [];

    public static Task<InteropHost> StartAsync(string[] arguments) => Task.FromResult(new InteropHost());

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
