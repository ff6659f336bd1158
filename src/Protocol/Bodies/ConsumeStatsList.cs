using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace OrleansMq.Protocol.Bodies;

/// <summary>How far all groups of a broker are: the answer to 317. RocketMQ: ConsumeStatsList.</summary>
public sealed class ConsumeStatsList
{
    /// <summary>
    /// The progress by group, for each of its topics. RocketMQ: consumeStatsList, with a map of its own for a group.
    /// </summary>
    [JsonPropertyName("consumeStatsList")]
    public List<Dictionary<string, List<ConsumeStats>>> Groups
    {
        get;
        set => field = BodyValues.WithoutNulls(value);
    } = [];

    /// <summary>The broker's address.</summary>
    public string? BrokerAddr { get; set; }

    /// <summary>Messages that are not consumed.</summary>
    public long TotalDiff { get; set; }

    /// <summary>Messages that were given to groups and are not consumed (5.x).</summary>
    public long TotalInflightDiff { get; set; }

    /// <summary>Reads a body; false with a sentence for its sender if it is no such body. Never throws.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> body,
        [NotNullWhen(true)] out ConsumeStatsList? value,
        [NotNullWhen(false)] out string? problem) =>
        BodyJson.TryRead(body, BodyJsonContext.Instance.ConsumeStatsList, BodyForm.FastJson, out value, out problem);

    /// <summary>Writes the body.</summary>
    public void WriteTo(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.Write("{\"brokerAddr\":"u8);
        BodyJson.Write(output, BrokerAddr ?? "", BodyJsonContext.Instance.String);
        output.Write(",\"consumeStatsList\":["u8);
        ReadOnlySpan<byte> separator = [];
        foreach (Dictionary<string, List<ConsumeStats>> groups in Groups)
        {
            output.Write(separator);
            Write(output, groups);
            separator = ","u8;
        }

        output.Write("],\"totalDiff\":"u8);
        BodyJson.Write(output, TotalDiff, BodyJsonContext.Instance.Int64);
        output.Write(",\"totalInflightDiff\":"u8);
        BodyJson.Write(output, TotalInflightDiff, BodyJsonContext.Instance.Int64);
        output.Write("}"u8);
    }

    private static void Write(IBufferWriter<byte> output, Dictionary<string, List<ConsumeStats>> groups)
    {
        output.Write("{"u8);
        ReadOnlySpan<byte> separator = [];
        foreach ((string group, List<ConsumeStats> topics) in groups)
        {
            output.Write(separator);
            BodyJson.Write(output, group, BodyJsonContext.Instance.String);
            output.Write(":["u8);
            separator = [];
            foreach (ConsumeStats topic in topics)
            {
                output.Write(separator);
                topic.WriteTo(output);
                separator = ","u8;
            }

            output.Write("]"u8);
            separator = ","u8;
        }

        output.Write("}"u8);
    }
}
