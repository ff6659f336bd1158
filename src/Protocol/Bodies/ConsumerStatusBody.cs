using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace OrleansMq.Protocol.Bodies;

/// <summary>
/// How far consumers are by what they remember themselves: a member's answer to 221, and all members' to 223. RocketMQ:
/// GetConsumerStatusBody.
/// </summary>
public sealed class ConsumerStatusBody
{
    /// <summary>The offsets of one member by queue: its answer to 221.</summary>
    public Dictionary<MessageQueueKey, long> MessageQueueTable
    {
        get;
        set => field = BodyValues.WithoutNulls(value);
    } = [];

    /// <summary>The offsets by queue by client id: the answer to 223.</summary>
    public Dictionary<string, Dictionary<MessageQueueKey, long>> ConsumerTable
    {
        get;
        set => field = BodyValues.WithoutNulls(value);
    } = [];

    /// <summary>Reads a body; false with a sentence for its sender if it is no such body. Never throws.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> body,
        [NotNullWhen(true)] out ConsumerStatusBody? value,
        [NotNullWhen(false)] out string? problem) =>
        BodyJson.TryRead(body, BodyJsonContext.Instance.ConsumerStatusBody, BodyForm.FastJson, out value, out problem);

    /// <summary>Writes the body.</summary>
    public void WriteTo(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.Write("{\"consumerTable\":{"u8);
        bool isFirst = true;
        foreach ((string clientId, Dictionary<MessageQueueKey, long> offsets) in ConsumerTable)
        {
            output.Write(isFirst ? "\""u8 : ",\""u8);
            output.Write(JsonEncodedText.Encode(clientId, BodyJsonContext.Encoder).EncodedUtf8Bytes);
            output.Write("\":"u8);
            Bodies.MessageQueueTable.Write(output, offsets, BodyJsonContext.Instance.Int64);
            isFirst = false;
        }

        output.Write("},\"messageQueueTable\":"u8);
        Bodies.MessageQueueTable.Write(output, MessageQueueTable, BodyJsonContext.Instance.Int64);
        output.Write("}"u8);
    }
}
