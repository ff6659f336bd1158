using OrleansMq.Messages.Records;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Protocol.Requests;

/// <summary>
/// A message to be stored: 10 and 324 by the long field names, 310, 320 and 325 by the one-letter names. All slices are
/// valid until the reader's next command. RocketMQ: SendMessageRequestHeader and SendMessageRequestHeaderV2.
/// </summary>
public readonly ref struct SendMessageRequest
{
    /// <summary>The producer's group.</summary>
    public ReadOnlySpan<byte> ProducerGroup { get; init; }

    /// <summary>The topic; not yet checked against the rules for topics.</summary>
    public ReadOnlySpan<byte> Topic { get; init; }

    /// <summary>The topic whose settings a topic made on the way takes over; may be empty.</summary>
    public ReadOnlySpan<byte> DefaultTopic { get; init; }

    /// <summary>How many queues a topic made on the way is to have. RocketMQ: defaultTopicQueueNums.</summary>
    public int DefaultTopicQueueCount { get; init; }

    /// <summary>The queue; negative leaves the choice to the broker.</summary>
    public int QueueId { get; init; }

    /// <summary>The system flags, as sent.</summary>
    public SystemFlags SystemFlags { get; init; }

    /// <summary>When the producer made the message, Unix milliseconds.</summary>
    public long BornTimestamp { get; init; }

    /// <summary>The application's own number.</summary>
    public int Flag { get; init; }

    /// <summary>The encoded properties; see <see cref="Messages.Properties.PropertyBlock"/>. May be empty.</summary>
    public ReadOnlySpan<byte> Properties { get; init; }

    /// <summary>How often the message was consumed without success before. Missing: 0.</summary>
    public int ReconsumeTimes { get; init; }

    /// <summary>Whether the producer belongs to a unit.</summary>
    public bool IsUnitMode { get; init; }

    /// <summary>The group's own limit on retries; -1 if it names none.</summary>
    public int MaxReconsumeTimes { get; init; }

    /// <summary>Whether the body holds several messages: request 320, or the field says so.</summary>
    public bool IsBatch { get; init; }

    /// <summary>The broker that the client means; empty from older clients.</summary>
    public ReadOnlySpan<byte> BrokerName { get; init; }

    /// <summary>The body of the message, or the items of the batch.</summary>
    public ReadOnlySpan<byte> Body { get; init; }

    /// <summary>Reads the request; false with a sentence for the sender if a field is missing or wrong.</summary>
    public static bool TryRead(CommandReader command, out SendMessageRequest request, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(command);
        var fields = new FieldParser(command);
        ReadOnlySpan<byte> body = command.Body.Span;
        var code = (RequestCode)command.Code;
        bool isBatch = code == RequestCode.SendBatchMessage;
        request = code is RequestCode.SendMessage or RequestCode.SendReplyMessage
            ? FromLongNames(ref fields, isBatch, body)
            : FromLetters(ref fields, isBatch, body);
        problem = fields.Problem;
        return problem is null;
    }

    private static SendMessageRequest FromLongNames(
        scoped ref FieldParser fields, bool isBatch, ReadOnlySpan<byte> body) => new()
        {
            ProducerGroup = fields.RequiredText("producerGroup"u8),
            Topic = fields.RequiredText("topic"u8),
            DefaultTopic = fields.RequiredText("defaultTopic"u8, mayBeEmpty: true),
            DefaultTopicQueueCount = fields.RequiredInt32("defaultTopicQueueNums"u8),
            QueueId = fields.RequiredInt32("queueId"u8),
            SystemFlags = (SystemFlags)fields.RequiredInt32("sysFlag"u8),
            BornTimestamp = fields.RequiredInt64("bornTimestamp"u8),
            Flag = fields.RequiredInt32("flag"u8),
            Properties = fields.OptionalText("properties"u8),
            ReconsumeTimes = fields.OptionalInt32("reconsumeTimes"u8, 0),
            IsUnitMode = fields.OptionalBoolean("unitMode"u8),
            MaxReconsumeTimes = fields.OptionalInt32("maxReconsumeTimes"u8, -1),
            IsBatch = fields.OptionalBoolean("batch"u8) || isBatch,
            BrokerName = fields.OptionalText("bname"u8),
            Body = body,
        };

    private static SendMessageRequest FromLetters(
        scoped ref FieldParser fields, bool isBatch, ReadOnlySpan<byte> body) => new()
        {
            ProducerGroup = fields.RequiredText("a"u8),
            Topic = fields.RequiredText("b"u8),
            DefaultTopic = fields.RequiredText("c"u8, mayBeEmpty: true),
            DefaultTopicQueueCount = fields.RequiredInt32("d"u8),
            QueueId = fields.RequiredInt32("e"u8),
            SystemFlags = (SystemFlags)fields.RequiredInt32("f"u8),
            BornTimestamp = fields.RequiredInt64("g"u8),
            Flag = fields.RequiredInt32("h"u8),
            Properties = fields.OptionalText("i"u8),
            ReconsumeTimes = fields.OptionalInt32("j"u8, 0),
            IsUnitMode = fields.OptionalBoolean("k"u8),
            MaxReconsumeTimes = fields.OptionalInt32("l"u8, -1),
            IsBatch = fields.OptionalBoolean("m"u8) || isBatch,
            BrokerName = fields.OptionalText("n"u8),
            Body = body,
        };
}
