using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace OrleansMq.Protocol.Bodies;

/// <summary>What happened to the messages of an identifier or key: the answer to 30031.</summary>
public sealed class MessageTrace
{
    /// <summary>The broker.</summary>
    public string Broker { get; set; } = "";

    /// <summary>What was asked for.</summary>
    public string Id { get; set; } = "";

    /// <summary>The messages, the newest first.</summary>
    public List<TracedMessage> Messages
    {
        get;
        set => field = BodyValues.WithoutNulls(value);
    } = [];

    /// <summary>
    /// Up to when the record of deliveries was read, Unix milliseconds; null when all of it was.
    /// </summary>
    public long? DeliveriesReadUntil { get; set; }

    /// <summary>How many groups were left out, because there are more than one answer tells of.</summary>
    public int GroupsLeftOut { get; set; }

    /// <summary>Reads a body; false with a sentence for its sender if it is no such body. Never throws.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> body,
        [NotNullWhen(true)] out MessageTrace? value,
        [NotNullWhen(false)] out string? problem) =>
        BodyJson.TryRead(body, BodyJsonContext.Instance.MessageTrace, BodyForm.Standard, out value, out problem);

    /// <summary>Writes the body.</summary>
    public void WriteTo(IBufferWriter<byte> output) =>
        BodyJson.Write(output, this, BodyJsonContext.Instance.MessageTrace);
}
