using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace OrleansMq.Protocol.Bodies;

/// <summary>Which of two tables is newer. RocketMQ: DataVersion.</summary>
public sealed class DataVersion
{
    /// <summary>Counts the changes.</summary>
    public long Counter { get; set; }

    /// <summary>The epoch of the leader that made them (5.x).</summary>
    public long StateVersion { get; set; }

    /// <summary>When the last change was made, Unix milliseconds.</summary>
    public long Timestamp { get; set; }

    /// <summary>Reads a body; false with a sentence for its sender if it is no such body. Never throws.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> body,
        [NotNullWhen(true)] out DataVersion? value,
        [NotNullWhen(false)] out string? problem) =>
        BodyJson.TryRead(body, BodyJsonContext.Instance.DataVersion, BodyForm.Standard, out value, out problem);

    /// <summary>Writes the body.</summary>
    public void WriteTo(IBufferWriter<byte> output) =>
        BodyJson.Write(output, this, BodyJsonContext.Instance.DataVersion);
}
