namespace OrleansMq.Protocol.Codes;

/// <summary>
/// Versions as they stand in headers: the place of a release in RocketMQ's list of releases (MQVersion). Both sides
/// switch behaviour on them.
/// </summary>
public static class ProtocolVersions
{
    /// <summary>3.0.7: the client lets its offsets be reset, and says how far it is.</summary>
    public const int V307 = 28;

    /// <summary>3.1.8: the client tells how it runs, and consumes single messages.</summary>
    public const int V318 = 62;

    /// <summary>3.4.9: the client names its own limit of retries.</summary>
    public const int V349 = 121;

    /// <summary>4.9.4: the client expects standard JSON from a name server.</summary>
    public const int V494 = 401;

    /// <summary>4.9.8.</summary>
    public const int V498 = 409;

    /// <summary>5.0.0.</summary>
    public const int V500 = 413;

    /// <summary>5.3.3.</summary>
    public const int V533 = 479;

    /// <summary>What OrleansMq says of itself: it behaves as 4.9.8 does.</summary>
    public const int Current = V498;
}
