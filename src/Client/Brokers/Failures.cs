using System.Net.Sockets;
using System.Security.Authentication;

namespace OrleansMq.Client.Brokers;

/// <summary>
/// Which exceptions mean that a broker, or the way to it, failed; all others are bugs or cancellations.
/// </summary>
internal static class Failures
{
    /// <summary>Whether a broker failed, refused, or could not be reached.</summary>
    public static bool IsOfBroker(Exception cause) => cause is RemotingException || IsOfConnection(cause);

    /// <summary>The same for loops that end by themselves when their client is closed under them.</summary>
    public static bool IsPassing(Exception cause) => IsOfBroker(cause) || cause is ObjectDisposedException;

    /// <summary>Whether there was no answer, so that it is not known whether the request was carried out.</summary>
    public static bool IsOfConnection(Exception cause) => cause is IOException or SocketException or TimeoutException
        or AuthenticationException or InvalidDataException;
}
