using System.Text.Json.Serialization;

namespace OrleansMq.Protocol.Bodies;

/// <summary>Whether messages of a topic have one tag or several. RocketMQ: TopicFilterType.</summary>
[JsonConverter(typeof(EnumNameConverter<TopicFilterType>))]
public enum TopicFilterType
{
    /// <summary>One tag.</summary>
    SingleTag,

    /// <summary>Several tags.</summary>
    MultiTag,
}
