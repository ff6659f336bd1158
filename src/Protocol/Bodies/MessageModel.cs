using System.Text.Json.Serialization;

namespace OrleansMq.Protocol.Bodies;

/// <summary>Whether the members of a consumer group share its messages. RocketMQ: MessageModel.</summary>
[JsonConverter(typeof(EnumNameConverter<MessageModel>))]
public enum MessageModel
{
    /// <summary>Each message goes to one member.</summary>
    Clustering,

    /// <summary>Each message goes to every member.</summary>
    Broadcasting,
}
