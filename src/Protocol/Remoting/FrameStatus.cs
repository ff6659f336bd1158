namespace OrleansMq.Protocol.Remoting;

/// <summary>What stands at the beginning of a receive buffer.</summary>
public enum FrameStatus
{
    /// <summary>The frame goes on behind the buffer: read more.</summary>
    NeedMore,

    /// <summary>The buffer holds the whole frame.</summary>
    Complete,

    /// <summary>The frame is longer than allowed: close the connection.</summary>
    TooLarge,

    /// <summary>The lengths make no sense: this is not the remoting protocol. Close the connection.</summary>
    Malformed,
}
