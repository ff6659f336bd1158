using System.Diagnostics;

namespace OrleansMq.Client.Sending;

/// <summary>A message with the identifier that all tries to send it carry.</summary>
internal readonly record struct OutgoingMessage(Message Message, UniqueId Id)
{
    /// <summary>The span whose context the message carries; null for none.</summary>
    public Activity? Trace { get; init; }

    /// <summary>A message that is sent for the first time.</summary>
    public static OutgoingMessage Of(Message message, TimeProvider time) =>
        new(message, UniqueId.Of(message, time));
}
