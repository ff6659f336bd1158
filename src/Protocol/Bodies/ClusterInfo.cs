using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace OrleansMq.Protocol.Bodies;

/// <summary>All clusters and brokers: the answer to 106. RocketMQ: ClusterInfo.</summary>
public sealed class ClusterInfo
{
    /// <summary>The brokers by broker name. RocketMQ: brokerAddrTable.</summary>
    [JsonPropertyName("brokerAddrTable")]
    public Dictionary<string, BrokerData> Brokers
    {
        get;
        set => field = BodyValues.WithoutNulls(value);
    } = [];

    /// <summary>The broker names by cluster. RocketMQ: clusterAddrTable.</summary>
    [JsonPropertyName("clusterAddrTable")]
    public Dictionary<string, List<string>> Clusters
    {
        get;
        set => field = BodyValues.WithoutNulls(value);
    } = [];

    /// <summary>Reads a body; false with a sentence for its sender if it is no such body. Never throws.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> body,
        [NotNullWhen(true)] out ClusterInfo? value,
        [NotNullWhen(false)] out string? problem) =>
        BodyJson.TryRead(body, BodyJsonContext.Instance.ClusterInfo, BodyForm.FastJson, out value, out problem);

    /// <summary>Writes the body.</summary>
    public void WriteTo(IBufferWriter<byte> output) =>
        BodyJson.Write(output, this, BodyJsonContext.Instance.ClusterInfo);
}
