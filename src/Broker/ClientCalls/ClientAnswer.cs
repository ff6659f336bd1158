using OrleansMq.Protocol.Codes;

namespace OrleansMq.Broker.ClientCalls;

/// <summary>How a call to a client ended.</summary>
public enum ClientCallStatus
{
    /// <summary>The client answered, with whatever code.</summary>
    Answered,

    /// <summary>The connection closed, now or before.</summary>
    Gone,

    /// <summary>No answer came in time. Whether the client did what was asked is unknown.</summary>
    TimedOut,

    /// <summary>So many calls wait for answers that this one was not made.</summary>
    TooMany,

    /// <summary>The broker to which the client is connected could not be reached.</summary>
    Unreachable,
}

/// <summary>What a client answered, or why it did not.</summary>
/// <param name="Status">How the call ended; the rest counts only when it was answered.</param>
/// <param name="Code">The answer's code.</param>
/// <param name="Remark">The answer's remark for people.</param>
/// <param name="Fields">The answer's ext fields.</param>
/// <param name="Body">The answer's body.</param>
public sealed record ClientAnswer(
    ClientCallStatus Status, int Code, string? Remark, IReadOnlyDictionary<string, string> Fields,
    ReadOnlyMemory<byte> Body)
{
    private static readonly Dictionary<string, string> s_noFields = [];

    /// <summary>Whether the client did what was asked.</summary>
    public bool IsSuccess => Status == ClientCallStatus.Answered && Code == (int)ResponseCode.Success;

    /// <summary>A call that was not answered.</summary>
    public static ClientAnswer Unanswered(ClientCallStatus status) => new(status, 0, null, s_noFields, default);
}
