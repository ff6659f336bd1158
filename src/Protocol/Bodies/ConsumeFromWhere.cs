using System.Text.Json.Serialization;

namespace OrleansMq.Protocol.Bodies;

/// <summary>Where a consumer group without offsets begins. RocketMQ: ConsumeFromWhere.</summary>
[JsonConverter(typeof(EnumNameConverter<ConsumeFromWhere>))]
public enum ConsumeFromWhere
{
    /// <summary>At the end.</summary>
    ConsumeFromLastOffset,

    /// <summary>As the first; deprecated.</summary>
    ConsumeFromLastOffsetAndFromMinWhenBootFirst,

    /// <summary>As ConsumeFromFirstOffset; deprecated.</summary>
    ConsumeFromMinOffset,

    /// <summary>As the first; deprecated.</summary>
    ConsumeFromMaxOffset,

    /// <summary>At the oldest message.</summary>
    ConsumeFromFirstOffset,

    /// <summary>At a time that the client chose.</summary>
    ConsumeFromTimestamp,
}
