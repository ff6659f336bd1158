namespace OrleansMq.Client.Replies;

/// <summary>What somebody replied to a request.</summary>
/// <param name="Body">The reply.</param>
/// <param name="Properties">Its properties, those of the system too.</param>
public sealed record Reply(ReadOnlyMemory<byte> Body, IReadOnlyDictionary<string, string> Properties);
