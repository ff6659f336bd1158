using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace OrleansMq.Protocol.Bodies;

/// <summary>Offsets to go to: the body of 220 and the answer to 222. RocketMQ: ResetOffsetBody.</summary>
public sealed class ResetOffsetBody
{
    /// <summary>The offsets by queue.</summary>
    public Dictionary<MessageQueueKey, long> OffsetTable
    {
        get;
        set => field = BodyValues.WithoutNulls(value);
    } = [];

    /// <summary>Reads a body; false with a sentence for its sender if it is no such body. Never throws.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> body,
        [NotNullWhen(true)] out ResetOffsetBody? value,
        [NotNullWhen(false)] out string? problem) =>
        BodyJson.TryRead(body, BodyJsonContext.Instance.ResetOffsetBody, BodyForm.FastJson, out value, out problem);

    /// <summary>Writes the body.</summary>
    public void WriteTo(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.Write("{\"offsetTable\":"u8);
        MessageQueueTable.Write(output, OffsetTable, BodyJsonContext.Instance.Int64);
        output.Write("}"u8);
    }

    /// <summary>
    /// Writes the body as C and C++ clients read it: a list instead of a map. RocketMQ: ResetOffsetBodyForC.
    /// </summary>
    public void WriteListTo(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        using var writer = new Utf8JsonWriter(output);
        writer.WriteStartObject();
        writer.WriteStartArray("offsetTable");
        foreach ((MessageQueueKey queue, long offset) in OffsetTable)
        {
            writer.WriteStartObject();
            writer.WriteString("brokerName", queue.BrokerName);
            writer.WriteNumber("offset", offset);
            writer.WriteNumber("queueId", queue.QueueId);
            writer.WriteString("topic", queue.Topic);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
