using OrleansMq.Protocol.Codes;

namespace OrleansMq.Client;

/// <summary>The broker refused a request.</summary>
/// <param name="code">Why, as a code.</param>
/// <param name="remark">Why, in the broker's words.</param>
public sealed class RemotingException(ResponseCode code, string? remark)
    : Exception($"The broker refused the request with code {(int)code} ({code}): {remark ?? "it gave no reason"}")
{
    /// <summary>Why the request was refused.</summary>
    public ResponseCode Code { get; } = code;

    /// <summary>Why the request was refused, in the broker's words; null if it gave none.</summary>
    public string? Remark { get; } = remark;
}
