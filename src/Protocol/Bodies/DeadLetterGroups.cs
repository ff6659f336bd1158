using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace OrleansMq.Protocol.Bodies;

/// <summary>The groups that have dead letters on a broker: the answer to 30021.</summary>
public sealed class DeadLetterGroups
{
    /// <summary>The broker.</summary>
    public string Broker { get; set; } = "";

    /// <summary>The groups, sorted.</summary>
    public List<DeadLetterSummary> Groups
    {
        get;
        set => field = BodyValues.WithoutNulls(value);
    } = [];

    /// <summary>Reads a body; false with a sentence for its sender if it is no such body. Never throws.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> body,
        [NotNullWhen(true)] out DeadLetterGroups? value,
        [NotNullWhen(false)] out string? problem) =>
        BodyJson.TryRead(body, BodyJsonContext.Instance.DeadLetterGroups, BodyForm.Standard, out value, out problem);

    /// <summary>Writes the body.</summary>
    public void WriteTo(IBufferWriter<byte> output) =>
        BodyJson.Write(output, this, BodyJsonContext.Instance.DeadLetterGroups);
}
