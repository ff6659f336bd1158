namespace OrleansMq.Bench.Macro.Brokers;

/// <summary>A directory in which each broker gets a store of its own; the one before is deleted then.</summary>
internal sealed class StoreDirectory(string path) : IDisposable
{
    private int _count;

    /// <summary>Deletes the store before and names a new one.</summary>
    public string Fresh()
    {
        Clear();
        _count++;
        Directory.CreateDirectory(path);
        return Path.Combine(path, $"store-{_count}");
    }

    public void Dispose() => Clear();

    private void Clear()
    {
        if (Directory.Exists(path))
            Directory.Delete(path, recursive: true);
    }
}
