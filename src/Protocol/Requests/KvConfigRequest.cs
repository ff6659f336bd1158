using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Protocol.Requests;

/// <summary>
/// Writes, reads, removes or lists key-value settings of the name service: 100, 101, 102 and 219. RocketMQ:
/// PutKVConfigRequestHeader and its siblings.
/// </summary>
/// <param name="Namespace">The namespace of the key.</param>
/// <param name="Key">The key; empty for 219, which lists a namespace.</param>
/// <param name="Value">The value, which may be empty; empty for all but 100.</param>
public sealed record KvConfigRequest(string Namespace, string Key, string Value)
{
    /// <summary>Reads the request; false with a sentence for the sender if a field is missing or wrong.</summary>
    public static bool TryRead(CommandReader command, out KvConfigRequest request, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(command);
        var fields = new FieldParser(command);
        var code = (RequestCode)command.Code;
        request = new KvConfigRequest(
            fields.RequiredString("namespace"u8),
            code == RequestCode.GetKvListByNamespace ? "" : fields.RequiredString("key"u8),
            code == RequestCode.PutKvConfig ? fields.RequiredString("value"u8, mayBeEmpty: true) : "");
        problem = fields.Problem;
        return problem is null;
    }
}
