using System.Text.Json.Serialization;

namespace OrleansMq.Protocol.Bodies;

/// <summary>The addresses of one broker name. RocketMQ: BrokerData.</summary>
public sealed class BrokerData
{
    /// <summary>The cluster.</summary>
    public string Cluster
    {
        get;
        set => field = value ?? "";
    } = "";

    /// <summary>The broker name.</summary>
    public string BrokerName
    {
        get;
        set => field = value ?? "";
    } = "";

    /// <summary>Addresses "ip:port" by broker id; 0 is the leader. RocketMQ: brokerAddrs.</summary>
    [JsonPropertyName("brokerAddrs")]
    public Dictionary<long, string> BrokerAddresses
    {
        get;
        set => field = BodyValues.WithoutNulls(value);
    } = [];
}
