using System.Text.Json.Serialization;

namespace OrleansMq.Protocol.Bodies;

/// <summary>How a consumer group gets its messages. RocketMQ: ConsumeType.</summary>
[JsonConverter(typeof(EnumNameConverter<ConsumeType>))]
public enum ConsumeType
{
    /// <summary>The application pulls.</summary>
    ConsumeActively,

    /// <summary>The client pulls and hands messages to a listener.</summary>
    ConsumePassively,

    /// <summary>The broker assigns each message (5.x).</summary>
    ConsumePop,
}
