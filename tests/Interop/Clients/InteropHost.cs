namespace OrleansMq.Interop.Tests.Clients;

/// <summary>What the broker of these tests needs besides itself: nothing.</summary>
public sealed class InteropHost : IAsyncDisposable
{
    private InteropHost()
    {
    }

    /// <summary>More of the broker's command line.</summary>
    public IReadOnlyList<string> Arguments { get; } = [];

    public static Task<InteropHost> StartAsync() => Task.FromResult(new InteropHost());

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
