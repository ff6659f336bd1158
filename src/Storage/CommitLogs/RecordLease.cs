namespace OrleansMq.Storage.CommitLogs;

/// <summary>Bytes of the log, readable in place until the lease is disposed.</summary>
public readonly ref struct RecordLease : IDisposable
{
    private readonly LogSegment? _segment;

    internal RecordLease(LogSegment segment, ReadOnlySpan<byte> bytes)
    {
        _segment = segment;
        Bytes = bytes;
    }

    /// <summary>The bytes, from the asked position on.</summary>
    public ReadOnlySpan<byte> Bytes { get; }

    /// <summary>Lets go of the bytes.</summary>
    public void Dispose() => _segment?.Release();
}
