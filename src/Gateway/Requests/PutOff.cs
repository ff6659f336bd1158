using OrleansMq.Broker.Clustering;

namespace OrleansMq.Gateway.Requests;

/// <summary>
/// Puts off the request at hand until what it lacks is provided; it is answered later, by its handler or with a
/// refusal.
/// </summary>
internal delegate void PutOff(ClientSession session, MissingMetadata missing);

/// <summary>When a request is put off.</summary>
internal static class PutOffRules
{
    /// <summary>
    /// A topic, its group and its dead-letter topic may be missing in turn, and be deleted in between.
    /// </summary>
    private const int MaxAttempts = 4;

    /// <summary>Whether a request that lacks something may still be put off.</summary>
    public static bool MayPutOff(this ClientSession session) => session.Attempts < MaxAttempts;
}
