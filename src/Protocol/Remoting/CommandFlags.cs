namespace OrleansMq.Protocol.Remoting;

/// <summary>The bits of a header's flag.</summary>
[Flags]
public enum CommandFlags
{
    /// <summary>A request that is to be answered.</summary>
    None = 0,

    /// <summary>The command answers a request.</summary>
    Response = 1,

    /// <summary>The request is not to be answered.</summary>
    OneWay = 2,
}
