namespace OrleansMq.Streams.Events;

/// <summary>The properties that the provider writes besides the stream's key.</summary>
internal static class StreamProperties
{
    /// <summary>How the body is written, where it is not plain.</summary>
    public static ReadOnlySpan<byte> Format => "STREAM_FORMAT"u8;

    /// <summary>A list of events by Orleans' serializer.</summary>
    public static ReadOnlySpan<byte> OrleansFormat => "orleans"u8;

    /// <summary>How many events the body holds, where it is not one.</summary>
    public static ReadOnlySpan<byte> Count => "STREAM_EVENTS"u8;

    /// <summary>The request context of the publisher, by Orleans' serializer, as Base64.</summary>
    public static ReadOnlySpan<byte> Context => "STREAM_CONTEXT"u8;

    /// <summary>The key of the request context that says when an event is due; it is not passed on.</summary>
    public const string DeliverAt = "OrleansMq.DeliverAt";
}
