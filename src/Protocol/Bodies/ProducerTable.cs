using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace OrleansMq.Protocol.Bodies;

/// <summary>The producers that are online: the answer to 328. RocketMQ: ProducerTableInfo.</summary>
public sealed class ProducerTable
{
    /// <summary>The producers by group. RocketMQ: data.</summary>
    [JsonPropertyName("data")]
    public Dictionary<string, List<ProducerInfo>> Groups
    {
        get;
        set
        {
            field = BodyValues.WithoutNulls(value);
            foreach (List<ProducerInfo> producers in field.Values)
                BodyValues.WithoutNulls(producers);
        }
    } = [];

    /// <summary>Reads a body; false with a sentence for its sender if it is no such body. Never throws.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> body,
        [NotNullWhen(true)] out ProducerTable? value,
        [NotNullWhen(false)] out string? problem) =>
        BodyJson.TryRead(body, BodyJsonContext.Instance.ProducerTable, BodyForm.Standard, out value, out problem);

    /// <summary>Writes the body.</summary>
    public void WriteTo(IBufferWriter<byte> output) =>
        BodyJson.Write(output, this, BodyJsonContext.Instance.ProducerTable);
}
