using System.Text.Json.Serialization;

namespace OrleansMq.Protocol.Bodies;

/// <summary>How the members of a group get the messages of a topic. RocketMQ: MessageRequestMode.</summary>
[JsonConverter(typeof(EnumNameConverter<MessageRequestMode>))]
public enum MessageRequestMode
{
    /// <summary>Each queue is one member's, who commits how far it is.</summary>
    Pull,

    /// <summary>Members share queues and acknowledge message by message.</summary>
    Pop,
}
