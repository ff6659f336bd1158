using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace OrleansMq.Protocol.Bodies;

/// <summary>A page of a group's dead letters: the answer to 30022.</summary>
public sealed class DeadLetterList
{
    /// <summary>The broker.</summary>
    public string Broker { get; set; } = "";

    /// <summary>The group that gave them up.</summary>
    public string Group { get; set; } = "";

    /// <summary>The dead letters, by queue and time.</summary>
    public List<DeadLetterEntry> DeadLetters
    {
        get;
        set => field = BodyValues.WithoutNulls(value);
    } = [];

    /// <summary>How many were looked at.</summary>
    public int Examined { get; set; }

    /// <summary>The cursor of the next page; null when there are no more.</summary>
    public string? Next { get; set; }

    /// <summary>Reads a body; false with a sentence for its sender if it is no such body. Never throws.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> body,
        [NotNullWhen(true)] out DeadLetterList? value,
        [NotNullWhen(false)] out string? problem) =>
        BodyJson.TryRead(body, BodyJsonContext.Instance.DeadLetterList, BodyForm.Standard, out value, out problem);

    /// <summary>Writes the body.</summary>
    public void WriteTo(IBufferWriter<byte> output) =>
        BodyJson.Write(output, this, BodyJsonContext.Instance.DeadLetterList);
}
