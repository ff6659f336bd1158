namespace OrleansMq.Tunnels;

/// <summary>What became of opening a tunnel.</summary>
/// <param name="Status">Open, Elsewhere or Refused.</param>
/// <param name="Tunnel">The tunnel's number.</param>
/// <param name="Problem">Why there is none; null if there is.</param>
[GenerateSerializer, Immutable, Alias("OrleansMq.TunnelOpening")]
public readonly record struct TunnelOpening(
    [property: Id(0)] TunnelStatus Status, [property: Id(1)] long Tunnel, [property: Id(2)] string? Problem);

/// <summary>Bytes for the broker.</summary>
/// <param name="Tunnel">The tunnel.</param>
/// <param name="Position">How many bytes were written before.</param>
/// <param name="Bytes">The bytes, not to be changed any more; none to wait on.</param>
/// <param name="Hold">How long the call may wait for a broker that is busy.</param>
[GenerateSerializer, Immutable, Alias("OrleansMq.TunnelWrite")]
public readonly record struct TunnelWrite(
    [property: Id(0)] long Tunnel, [property: Id(1)] long Position, [property: Id(2)] ReadOnlyMemory<byte> Bytes,
    [property: Id(3)] TimeSpan Hold);

/// <summary>What became of a write.</summary>
/// <param name="Status">How the tunnel is.</param>
/// <param name="Problem">Why it ended; null if it did not.</param>
[GenerateSerializer, Immutable, Alias("OrleansMq.TunnelReply")]
public readonly record struct TunnelReply([property: Id(0)] TunnelStatus Status, [property: Id(1)] string? Problem);

/// <summary>Asks for bytes of the broker.</summary>
/// <param name="Tunnel">The tunnel.</param>
/// <param name="Position">How many bytes were read before.</param>
/// <param name="MaxBytes">How many to read at most.</param>
/// <param name="Hold">How long to wait for some.</param>
[GenerateSerializer, Immutable, Alias("OrleansMq.TunnelRead")]
public readonly record struct TunnelRead(
    [property: Id(0)] long Tunnel, [property: Id(1)] long Position, [property: Id(2)] int MaxBytes,
    [property: Id(3)] TimeSpan Hold);

/// <summary>Bytes of the broker.</summary>
/// <param name="Status">How the tunnel is.</param>
/// <param name="Bytes">The bytes, not to be changed any more; none when none came in time.</param>
/// <param name="Problem">Why it ended; null if it did not.</param>
[GenerateSerializer, Immutable, Alias("OrleansMq.TunnelChunk")]
public readonly record struct TunnelChunk(
    [property: Id(0)] TunnelStatus Status, [property: Id(1)] ReadOnlyMemory<byte> Bytes,
    [property: Id(2)] string? Problem);
