namespace OrleansMq.Protocol.Remoting;

/// <summary>Limits on the headers of a connection.</summary>
public sealed record CommandReaderOptions
{
    /// <summary>The limits that hold unless others are given.</summary>
    public static CommandReaderOptions Default { get; } = new();

    /// <summary>The most ext fields in a header, repeated names counted each time. Default: 128.</summary>
    public int MaxFields { get; init; } = 128;

    /// <summary>The most bytes of a header. Default: 64 KiB.</summary>
    public int MaxHeaderBytes { get; init; } = 64 * 1024;

    /// <summary>How deep unknown members of a JSON header may nest. Default: 16.</summary>
    public int MaxDepth { get; init; } = 16;
}
