namespace OrleansMq.Tunnels;

/// <summary>How a tunnel is after a call.</summary>
public enum TunnelStatus
{
    /// <summary>It is open, and the call was carried out.</summary>
    Open,

    /// <summary>
    /// It is open; the bytes were taken, but the broker has not come to handle them all. Write nothing more behind
    /// them, to wait on.
    /// </summary>
    Busy,

    /// <summary>The broker has closed the connection; there is nothing more to read.</summary>
    Closed,

    /// <summary>It is not there, or not any more. What was under way may be lost.</summary>
    Broken,

    /// <summary>None was opened: the broker is on another silo. Call again, which leads there.</summary>
    Elsewhere,

    /// <summary>None was opened: the broker is away, or lets nobody in.</summary>
    Refused,
}
