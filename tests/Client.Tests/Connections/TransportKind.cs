namespace OrleansMq.Client.Tests.Connections;

/// <summary>What carries a client's bytes.</summary>
public enum TransportKind
{
    /// <summary>A socket.</summary>
    Socket,

    /// <summary>A connection in the process.</summary>
    InProcess,
}
