namespace OrleansMq.Tunnels;

/// <summary>
/// Byte streams to a broker, which sees each as a connection. The key is the broker's name; it runs on the silo that
/// owns the broker's log. Of a tunnel's reads and of its writes one may be under way at a time.
/// </summary>
[Alias("OrleansMq.Tunnel")]
public interface ITunnelGrain : IGrainWithStringKey
{
    /// <summary>Opens a tunnel.</summary>
    [Alias("Open")]
    Task<TunnelOpening> Open();

    /// <summary>Gives bytes to the broker, in order.</summary>
    [Alias("Write")]
    Task<TunnelReply> Write(TunnelWrite write);

    /// <summary>
    /// Takes what the broker wrote; waits for it a while, and is then empty. A tunnel that is not read is closed.
    /// </summary>
    [Alias("Read")]
    Task<TunnelChunk> Read(TunnelRead read);

    /// <summary>Closes a tunnel; one that is closed already stays so.</summary>
    [Alias("Close")]
    Task Close(long tunnel);
}
