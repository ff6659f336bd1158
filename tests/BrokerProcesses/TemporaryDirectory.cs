namespace OrleansMq.BrokerProcesses;

/// <summary>A directory of its own, deleted with everything in it when disposed.</summary>
public sealed class TemporaryDirectory : IDisposable
{
    /// <summary>Where it lies.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("omq-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
