namespace OrleansMq.Gateway.Connections;

/// <summary>
/// What the gateway does with frames. The calls for one connection come one at a time and in order; calls for different
/// connections may come at the same time when there is more than one loop, or a TLS connection. None of them may block:
/// every connection of the loop waits meanwhile. Should a call throw, its connection is closed and the rest goes on.
/// </summary>
public interface IFrameHandler
{
    /// <summary>A peer has connected and its first byte, or its TLS handshake, shows that it may speak here.</summary>
    void OnConnected(Connection connection);

    /// <summary>A whole frame has come in.</summary>
    /// <param name="connection">Where it came from and where its answer goes.</param>
    /// <param name="frame">The bytes behind the length; borrowed until the call returns.</param>
    void OnFrame(Connection connection, ReadOnlyMemory<byte> frame);

    /// <summary>
    /// A loop has handed over all frames of all its connections that were ready, and sends next what was written: what
    /// is done here is done once for many requests, and its answers join the same sends. Not called after
    /// <see cref="OnClosed"/> alone.
    /// </summary>
    void OnBatchEnd();

    /// <summary>
    /// A connection that was announced is closed; the last call for it. Comes even if <see cref="OnConnected"/> threw.
    /// </summary>
    void OnClosed(Connection connection);
}
