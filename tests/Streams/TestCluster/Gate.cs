namespace OrleansMq.Streams.Tests.TestCluster;

/// <summary>Holds whoever waits at it until it is opened; at the latest as the test ends.</summary>
internal sealed class Gate : IDisposable
{
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Opened => _opened.Task;

    public void Open() => _opened.TrySetResult();

    public void Dispose() => Open();
}
