using System.Text.Json.Serialization;
using OrleansMq.Protocol.Codes;

namespace OrleansMq.Protocol.Bodies;

/// <summary>A producer that is online. RocketMQ: ProducerInfo.</summary>
public sealed class ProducerInfo
{
    /// <summary>The client.</summary>
    public string ClientId
    {
        get;
        set => field = value ?? "";
    } = "";

    /// <summary>Where it connects from, "ip:port". RocketMQ: remoteIP.</summary>
    [JsonPropertyName("remoteIP")]
    public string RemoteAddress
    {
        get;
        set => field = value ?? "";
    } = "";

    /// <summary>The client's language.</summary>
    [JsonConverter(typeof(LanguageConverter))]
    public LanguageCode Language { get; set; }

    /// <summary>The client's version; see ProtocolVersions.</summary>
    public int Version { get; set; }

    /// <summary>When its last heartbeat came, Unix milliseconds.</summary>
    public long LastUpdateTimestamp { get; set; }
}
