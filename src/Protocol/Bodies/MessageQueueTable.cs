using System.Buffers;
using System.Text.Json.Serialization.Metadata;

namespace OrleansMq.Protocol.Bodies;

/// <summary>Writes a map whose keys are queues as fastjson does: <c>{{"brokerName":...}:value,...}</c>.</summary>
internal static class MessageQueueTable
{
    public static void Write<TValue>(
        IBufferWriter<byte> output, Dictionary<MessageQueueKey, TValue> table, JsonTypeInfo<TValue> type)
    {
        output.Write("{"u8);
        bool isFirst = true;
        foreach ((MessageQueueKey queue, TValue value) in table)
        {
            if (!isFirst)
                output.Write(","u8);
            isFirst = false;
            BodyJson.Write(output, queue, BodyJsonContext.Instance.MessageQueueKey);
            output.Write(":"u8);
            BodyJson.Write(output, value, type);
        }

        output.Write("}"u8);
    }
}
