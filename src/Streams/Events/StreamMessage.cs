namespace OrleansMq.Streams.Events;

/// <summary>A message of a stream, out of the log.</summary>
[GenerateSerializer, Immutable, Alias("OrleansMq.StreamMessage")]
internal sealed class StreamMessage
{
    /// <summary>The offset in the queue.</summary>
    [Id(0)]
    public required long Offset { get; init; }

    /// <summary>The body, decompressed.</summary>
    [Id(1)]
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Whether the body is a list of events for Orleans, in place of one that everybody reads.</summary>
    [Id(2)]
    public required bool IsOrleans { get; init; }

    /// <summary>The publisher's request context; null for none.</summary>
    [Id(3)]
    public byte[]? Context { get; init; }

    /// <summary>How many events the body holds.</summary>
    [field: NonSerialized]
    public int Count { get; init; } = 1;

    /// <summary>The stream.</summary>
    [field: NonSerialized]
    public StreamId Stream { get; init; }

    /// <summary>Where the message lies in the log.</summary>
    [field: NonSerialized]
    public long Position { get; init; }

    /// <summary>
    /// The offset of the next message of the stream; −1 while it is not known. Set as that is added to the cache.
    /// </summary>
    [field: NonSerialized]
    public long NextOfStream { get; set; } = -1;
}
