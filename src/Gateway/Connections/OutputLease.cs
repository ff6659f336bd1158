namespace OrleansMq.Gateway.Connections;

/// <summary>
/// The right to write to a connection's output. Keeps every other writer out until it is disposed, which hands what was
/// written over for sending: write whole frames, take half-written ones back with <c>OutputBuffer.Truncate</c>, and do
/// nothing slow meanwhile. Belongs to the thread that took it.
/// </summary>
public readonly ref struct OutputLease
{
    private readonly Connection? _connection;

    internal OutputLease(Connection connection) => _connection = connection;

    /// <summary>Ends the writing.</summary>
    public void Dispose() => _connection?.EndWrite();
}
