using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace OrleansMq.Protocol.Bodies;

/// <summary>How a consumer is doing: its answer to 307. RocketMQ: ConsumerRunningInfo.</summary>
public sealed class ConsumerRunningInfo
{
    /// <summary>What is to be known of it, by RocketMQ's names that begin with PROP_.</summary>
    public Dictionary<string, string> Properties
    {
        get;
        set => field = BodyValues.WithoutNulls(value);
    } = [];

    /// <summary>What it wants.</summary>
    public List<SubscriptionData> SubscriptionSet
    {
        get;
        set => field = BodyValues.WithoutNulls(value);
    } = [];

    /// <summary>Its queues. RocketMQ: mqTable.</summary>
    public Dictionary<MessageQueueKey, QueueRunningInfo> MqTable
    {
        get;
        set => field = BodyValues.WithoutNulls(value);
    } = [];

    /// <summary>Reads a body; false with a sentence for its sender if it is no such body. Never throws.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> body,
        [NotNullWhen(true)] out ConsumerRunningInfo? value,
        [NotNullWhen(false)] out string? problem) =>
        BodyJson.TryRead(
            body, BodyJsonContext.Instance.ConsumerRunningInfo, BodyForm.FastJson, out value, out problem);

    /// <summary>Writes the body.</summary>
    public void WriteTo(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.Write("{\"mqTable\":"u8);
        MessageQueueTable.Write(output, MqTable, BodyJsonContext.Instance.QueueRunningInfo);
        output.Write(",\"properties\":{"u8);
        bool isFirst = true;
        foreach ((string name, string value) in Properties)
        {
            output.Write(isFirst ? "\""u8 : ",\""u8);
            output.Write(JsonEncodedText.Encode(name, BodyJsonContext.Encoder).EncodedUtf8Bytes);
            output.Write("\":\""u8);
            output.Write(JsonEncodedText.Encode(value, BodyJsonContext.Encoder).EncodedUtf8Bytes);
            output.Write("\""u8);
            isFirst = false;
        }

        output.Write("},\"statusTable\":{},\"subscriptionSet\":"u8);
        BodyJson.Write(output, SubscriptionSet, BodyJsonContext.Instance.ListSubscriptionData);
        output.Write("}"u8);
    }
}
