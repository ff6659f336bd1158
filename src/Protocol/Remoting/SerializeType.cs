namespace OrleansMq.Protocol.Remoting;

/// <summary>How a header is written. An answer uses the type of its request. RocketMQ: SerializeType.</summary>
public enum SerializeType : byte
{
    /// <summary>A JSON object in UTF-8.</summary>
    Json = 0,

    /// <summary>RocketMQ's binary form; fixed fields, then lengths and bytes. RocketMQ: ROCKETMQ.</summary>
    Binary = 1,
}
