using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace OrleansMq.Protocol.Bodies;

/// <summary>What became of dead letters that were to be sent again: the answer to 30024.</summary>
public sealed class ResendReport
{
    /// <summary>The group that gave them up.</summary>
    public string Group { get; set; } = "";

    /// <summary>Whether they go to the topics that they came from, not to the group alone.</summary>
    public bool ToTopic { get; set; }

    /// <summary>Whether nothing was sent, only looked at.</summary>
    public bool IsDryRun { get; set; }

    /// <summary>How many dead letters were looked at.</summary>
    public int Examined { get; set; }

    /// <summary>How many were sent, or would be.</summary>
    public int Sent { get; set; }

    /// <summary>How many were left, because they were sent before.</summary>
    public int AlreadySent { get; set; }

    /// <summary>How many were left, because they are being sent just now.</summary>
    public int BeingSent { get; set; }

    /// <summary>How many could not be sent.</summary>
    public int Refused { get; set; }

    /// <summary>What became of each.</summary>
    public List<ResentEntry> Letters
    {
        get;
        set => field = BodyValues.WithoutNulls(value);
    } = [];

    /// <summary>The cursor with which to go on; null when there are no more.</summary>
    public string? Next { get; set; }

    /// <summary>Reads a body; false with a sentence for its sender if it is no such body. Never throws.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> body,
        [NotNullWhen(true)] out ResendReport? value,
        [NotNullWhen(false)] out string? problem) =>
        BodyJson.TryRead(body, BodyJsonContext.Instance.ResendReport, BodyForm.Standard, out value, out problem);

    /// <summary>Writes the body.</summary>
    public void WriteTo(IBufferWriter<byte> output) =>
        BodyJson.Write(output, this, BodyJsonContext.Instance.ResendReport);
}
