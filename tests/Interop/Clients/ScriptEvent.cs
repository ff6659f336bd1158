using System.Text.Json;

namespace OrleansMq.Interop.Tests.Clients;

/// <summary>One line that a script printed. Which members are set depends on the event.</summary>
public sealed record ScriptEvent
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>What happened: ready, assigned, message, left, sent, failed, done, response, error or fatal.</summary>
    public required string Event { get; init; }

    /// <summary>When, Unix milliseconds.</summary>
    public long At { get; init; }

    /// <summary>When the send began, Unix milliseconds.</summary>
    public long SentAt { get; init; }

    /// <summary>The topic that the client shows, for a retry the origin's.</summary>
    public string? Topic { get; init; }

    public int Queue { get; init; }

    /// <summary>The broker that stored the message, address and port.</summary>
    public string? Host { get; init; }

    public long Offset { get; init; }

    public string? MessageId { get; init; }

    /// <summary>The body's beginning.</summary>
    public string? Text { get; init; }

    /// <summary>The hash of the whole body, uncompressed.</summary>
    public string? Sha1 { get; init; }

    public int Length { get; init; }

    public string? Tags { get; init; }

    public string? Keys { get; init; }

    public int ReconsumeTimes { get; init; }

    /// <summary>The queues that the client now owns.</summary>
    public IReadOnlyList<string> Queues { get; init; } = [];

    public IReadOnlyDictionary<string, string?> Properties { get; init; } = new Dictionary<string, string?>();

    /// <summary>The fields of a response.</summary>
    public IReadOnlyDictionary<string, JsonElement> Fields { get; init; } = new Dictionary<string, JsonElement>();

    /// <summary>The response code; text when the client failed by itself.</summary>
    public JsonElement? Code { get; init; }

    /// <summary>The remark of a response, or what went wrong.</summary>
    public string? Message { get; init; }

    /// <summary>The body of a response.</summary>
    public byte[]? Body { get; init; }

    /// <summary>The response code, or -1 when there is no number.</summary>
    public int ResponseCode => Code is { ValueKind: JsonValueKind.Number } code ? code.GetInt32() : -1;

    public static ScriptEvent Parse(string line) => JsonSerializer.Deserialize<ScriptEvent>(line, Json)!;

    /// <summary>The body of a response as JSON.</summary>
    public JsonElement ReadJson() => JsonSerializer.Deserialize<JsonElement>(Body);

    /// <summary>A field of a response as text.</summary>
    public string? Field(string name) => Fields.TryGetValue(name, out JsonElement value) ? value.ToString() : null;
}
