using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace OrleansMq.Protocol.Bodies;

/// <summary>The settings of a topic. RocketMQ: TopicConfig.</summary>
public sealed class TopicConfig
{
    /// <summary>The topic.</summary>
    public string TopicName
    {
        get;
        set => field = value ?? "";
    } = "";

    /// <summary>How many queues consumers see. Default: 16.</summary>
    public int ReadQueueNums { get; set; } = 16;

    /// <summary>How many queues producers see. Default: 16.</summary>
    public int WriteQueueNums { get; set; } = 16;

    /// <summary>4: may be read, 2: may be written, 1: is inherited. Default: 6.</summary>
    public int Perm { get; set; } = 6;

    /// <summary>Whether a message has one tag or several. Default: one.</summary>
    public TopicFilterType TopicFilterType { get; set; }

    /// <summary>1: unit, 2: unit subscription. Default: 0.</summary>
    public int TopicSysFlag { get; set; }

    /// <summary>Whether the queues keep their brokers when one of them fails. Default: false.</summary>
    public bool Order { get; set; }

    /// <summary>Further attributes (5.x), for example message.type.</summary>
    public Dictionary<string, string> Attributes
    {
        get;
        set => field = BodyValues.WithoutNulls(value);
    } = [];

    /// <summary>Reads a body; false with a sentence for its sender if it is no such body. Never throws.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> body,
        [NotNullWhen(true)] out TopicConfig? value,
        [NotNullWhen(false)] out string? problem) =>
        BodyJson.TryRead(body, BodyJsonContext.Instance.TopicConfig, BodyForm.Standard, out value, out problem);

    /// <summary>Writes the body.</summary>
    public void WriteTo(IBufferWriter<byte> output) =>
        BodyJson.Write(output, this, BodyJsonContext.Instance.TopicConfig);
}
