using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace OrleansMq.Protocol.Bodies;

/// <summary>
/// The lowest offset that a group committed in each queue: the answer to 308. RocketMQ: QueryCorrectionOffsetBody.
/// </summary>
public sealed class CorrectionOffsets
{
    /// <summary>The offsets by queue id; the largest number where the compared group is the slowest.</summary>
    [JsonPropertyName("correctionOffsets")]
    public Dictionary<int, long> Offsets
    {
        get;
        set => field = BodyValues.WithoutNulls(value);
    } = [];

    /// <summary>Reads a body; false with a sentence for its sender if it is no such body. Never throws.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> body,
        [NotNullWhen(true)] out CorrectionOffsets? value,
        [NotNullWhen(false)] out string? problem) =>
        BodyJson.TryRead(body, BodyJsonContext.Instance.CorrectionOffsets, BodyForm.FastJson, out value, out problem);

    /// <summary>Writes the body.</summary>
    public void WriteTo(IBufferWriter<byte> output) =>
        BodyJson.Write(output, this, BodyJsonContext.Instance.CorrectionOffsets);
}
