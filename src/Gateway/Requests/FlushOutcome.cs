using OrleansMq.Protocol.Codes;
using OrleansMq.Storage.Confirmations;

namespace OrleansMq.Gateway.Requests;

/// <summary>What a sender that waited for the disk is told.</summary>
/// <param name="Code">The answer's code. After a timeout the message is in the log all the same.</param>
/// <param name="Problem">What went wrong; null when the message is on disk.</param>
internal readonly record struct FlushOutcome(ResponseCode Code, string? Problem)
{
    public static FlushOutcome Of(ConfirmationStatus status) => status switch
    {
        ConfirmationStatus.Confirmed => new(ResponseCode.Success, null),
        ConfirmationStatus.TimedOut => new(ResponseCode.FlushDiskTimeout, "The message was not flushed in time."),
        _ => new(
            ResponseCode.ServiceNotAvailable,
            "The broker's disk failed while the message was being written; whether it was stored is unknown."),
    };
}
