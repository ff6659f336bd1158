using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace OrleansMq.Protocol.Bodies;

/// <summary>How many parked transactions are asked about again: the answer to 30013. Of OrleansMq alone.</summary>
public sealed class ResumedTransactions
{
    /// <summary>How many are.</summary>
    public int Resumed { get; set; }

    /// <summary>How many are still parked, since one request resumes only so many: it is to be sent again.</summary>
    public int Left { get; set; }

    /// <summary>The brokers that did not answer, or not to the end.</summary>
    public List<string> Unreachable
    {
        get;
        set => field = BodyValues.WithoutNulls(value);
    } = [];

    /// <summary>Reads a body; false with a sentence for its sender if it is no such body. Never throws.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> body,
        [NotNullWhen(true)] out ResumedTransactions? value,
        [NotNullWhen(false)] out string? problem) =>
        BodyJson.TryRead(
            body, BodyJsonContext.Instance.ResumedTransactions, BodyForm.Standard, out value, out problem);

    /// <summary>Writes the body.</summary>
    public void WriteTo(IBufferWriter<byte> output) =>
        BodyJson.Write(output, this, BodyJsonContext.Instance.ResumedTransactions);
}
