using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace OrleansMq.Protocol.Bodies;

/// <summary>A dead letter with all that it carries: the answer to 30023.</summary>
public sealed class DeadLetterDetails
{
    /// <summary>What lists show of it.</summary>
    public DeadLetterEntry Letter { get; set; } = new();

    /// <summary>Its properties.</summary>
    public Dictionary<string, string> Properties { get; set; } = [];

    /// <summary>The application's own number.</summary>
    public int Flag { get; set; }

    /// <summary>The system flags.</summary>
    public int SystemFlags { get; set; }

    /// <summary>The beginning of its body as it is stored, in base 64; all of it if it is not long.</summary>
    public string Body { get; set; } = "";

    /// <summary>Reads a body; false with a sentence for its sender if it is no such body. Never throws.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> body,
        [NotNullWhen(true)] out DeadLetterDetails? value,
        [NotNullWhen(false)] out string? problem) =>
        BodyJson.TryRead(body, BodyJsonContext.Instance.DeadLetterDetails, BodyForm.Standard, out value, out problem);

    /// <summary>Writes the body.</summary>
    public void WriteTo(IBufferWriter<byte> output) =>
        BodyJson.Write(output, this, BodyJsonContext.Instance.DeadLetterDetails);
}
