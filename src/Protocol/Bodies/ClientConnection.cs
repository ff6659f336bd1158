using OrleansMq.Protocol.Codes;
using System.Text.Json.Serialization;

namespace OrleansMq.Protocol.Bodies;

/// <summary>A connected client. RocketMQ: Connection.</summary>
public sealed class ClientConnection
{
    /// <summary>The client.</summary>
    public string ClientId
    {
        get;
        set => field = value ?? "";
    } = "";

    /// <summary>Where it connects from, "ip:port". RocketMQ: clientAddr.</summary>
    [JsonPropertyName("clientAddr")]
    public string ClientAddress
    {
        get;
        set => field = value ?? "";
    } = "";

    /// <summary>The client's language.</summary>
    [JsonConverter(typeof(LanguageConverter))]
    public LanguageCode Language { get; set; }

    /// <summary>The client's version; see ProtocolVersions.</summary>
    public int Version { get; set; }
}
