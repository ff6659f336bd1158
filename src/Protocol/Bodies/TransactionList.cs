using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace OrleansMq.Protocol.Bodies;

/// <summary>Transactions that are not over: the answer to 30011. Of OrleansMq alone.</summary>
public sealed class TransactionList
{
    /// <summary>The transactions, by broker and by their age.</summary>
    public List<TransactionInfo> Transactions
    {
        get;
        set => field = BodyValues.WithoutNulls(value);
    } = [];

    /// <summary>What the next page is asked for with; null behind the last page.</summary>
    public string? Next { get; set; }

    /// <summary>The brokers that did not answer.</summary>
    public List<string> Unreachable
    {
        get;
        set => field = BodyValues.WithoutNulls(value);
    } = [];

    /// <summary>Reads a body; false with a sentence for its sender if it is no such body. Never throws.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> body,
        [NotNullWhen(true)] out TransactionList? value,
        [NotNullWhen(false)] out string? problem) =>
        BodyJson.TryRead(body, BodyJsonContext.Instance.TransactionList, BodyForm.Standard, out value, out problem);

    /// <summary>Writes the body.</summary>
    public void WriteTo(IBufferWriter<byte> output) =>
        BodyJson.Write(output, this, BodyJsonContext.Instance.TransactionList);
}
