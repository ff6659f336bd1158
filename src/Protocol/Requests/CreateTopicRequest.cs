using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Protocol.Requests;

/// <summary>Creates a topic or changes it: 17. RocketMQ: CreateTopicRequestHeader.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="DefaultTopic">The topic whose settings are to be taken over; may be empty.</param>
/// <param name="ReadQueueCount">How many queues consumers see. RocketMQ: readQueueNums.</param>
/// <param name="WriteQueueCount">How many queues producers see. RocketMQ: writeQueueNums.</param>
/// <param name="Permission">4: may be read, 2: may be written, 1: is inherited. RocketMQ: perm.</param>
/// <param name="TopicFilterType">SINGLE_TAG or MULTI_TAG.</param>
/// <param name="TopicSystemFlag">1: unit, 2: unit subscription. Missing: 0.</param>
/// <param name="IsOrdered">Whether the queues keep their brokers when one of them fails.</param>
/// <param name="Attributes">Attributes to set and remove, "+name=value,-name" (5.x); null for none.</param>
public sealed record CreateTopicRequest(
    string Topic,
    string DefaultTopic,
    int ReadQueueCount,
    int WriteQueueCount,
    int Permission,
    string TopicFilterType,
    int TopicSystemFlag,
    bool IsOrdered,
    string? Attributes)
{
    /// <summary>Reads the request; false with a sentence for the sender if a field is missing or wrong.</summary>
    public static bool TryRead(CommandReader command, out CreateTopicRequest request, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(command);
        var fields = new FieldParser(command);
        request = new CreateTopicRequest(
            fields.RequiredString("topic"u8),
            fields.RequiredString("defaultTopic"u8, mayBeEmpty: true),
            fields.RequiredInt32("readQueueNums"u8),
            fields.RequiredInt32("writeQueueNums"u8),
            fields.RequiredInt32("perm"u8),
            fields.RequiredString("topicFilterType"u8),
            fields.OptionalInt32("topicSysFlag"u8, 0),
            fields.RequiredBoolean("order"u8),
            fields.OptionalString("attributes"u8));
        problem = fields.Problem;
        return problem is null;
    }
}
