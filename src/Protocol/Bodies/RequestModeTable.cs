using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace OrleansMq.Protocol.Bodies;

/// <summary>
/// How groups get messages, by topic and group: the answer to 402. RocketMQ: MessageRequestModeSerializeWrapper.
/// </summary>
public sealed class RequestModeTable
{
    /// <summary>The modes by topic and group.</summary>
    public Dictionary<string, Dictionary<string, RequestModeBody>> MessageRequestModeMap
    {
        get;
        set => field = BodyValues.WithoutNulls(value);
    } = [];

    /// <summary>Reads a body; false with a sentence for its sender if it is no such body. Never throws.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> body,
        [NotNullWhen(true)] out RequestModeTable? value,
        [NotNullWhen(false)] out string? problem) =>
        BodyJson.TryRead(body, BodyJsonContext.Instance.RequestModeTable, BodyForm.Standard, out value, out problem);

    /// <summary>Writes the body.</summary>
    public void WriteTo(IBufferWriter<byte> output) =>
        BodyJson.Write(output, this, BodyJsonContext.Instance.RequestModeTable);
}
