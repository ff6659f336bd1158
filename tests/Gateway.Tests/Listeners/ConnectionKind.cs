namespace OrleansMq.Gateway.Tests.Listeners;

/// <summary>What carries a connection.</summary>
public enum ConnectionKind
{
    /// <summary>A socket on an epoll loop where there is one, as on Linux.</summary>
    Epoll,

    /// <summary>A socket of .NET.</summary>
    Portable,

    /// <summary>Nothing: the peer is in the process.</summary>
    InProcess,
}
