using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace OrleansMq.Protocol.Bodies;

/// <summary>On which brokers a topic lives: the answer to 105. RocketMQ: TopicRouteData.</summary>
public sealed class TopicRouteData
{
    /// <summary>The queues of an ordered topic, "broker:count;...", null for others.</summary>
    public string? OrderTopicConf { get; set; }

    /// <summary>The queues by broker name.</summary>
    public List<QueueData> QueueDatas
    {
        get;
        set => field = BodyValues.WithoutNulls(value);
    } = [];

    /// <summary>The brokers.</summary>
    public List<BrokerData> BrokerDatas
    {
        get;
        set => field = BodyValues.WithoutNulls(value);
    } = [];

    /// <summary>Filter servers by broker address (3.x); empty.</summary>
    public Dictionary<string, List<string>> FilterServerTable
    {
        get;
        set => field = BodyValues.WithoutNulls(value);
    } = [];

    /// <summary>Reads a body; false with a sentence for its sender if it is no such body. Never throws.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> body,
        [NotNullWhen(true)] out TopicRouteData? value,
        [NotNullWhen(false)] out string? problem) =>
        BodyJson.TryRead(body, BodyJsonContext.Instance.TopicRouteData, BodyForm.FastJson, out value, out problem);

    /// <summary>Writes the body.</summary>
    public void WriteTo(IBufferWriter<byte> output) =>
        BodyJson.Write(output, this, BodyJsonContext.Instance.TopicRouteData);
}
