using System.Net;
using Microsoft.Extensions.Logging;

namespace OrleansMq.Gateway.Diagnostics;

/// <summary>What handling requests tells the operator. Event ids 2600 to 2699.</summary>
internal static partial class RequestLog
{
    [LoggerMessage(2601, LogLevel.Information,
        "Closing connection {Id} from {Peer}: it sent no readable command: {Problem} ({Suppressed} like it before were "
        + "not logged)")]
    public static partial void BadCommand(
        this ILogger logger, long id, IPEndPoint peer, string problem, int suppressed);
}
