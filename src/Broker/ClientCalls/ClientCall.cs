using OrleansMq.Protocol.Codes;

namespace OrleansMq.Broker.ClientCalls;

/// <summary>A request of the broker to one of its clients.</summary>
/// <param name="Code">What is asked.</param>
/// <param name="Fields">The ext fields.</param>
/// <param name="Body">The body; copied before the call first waits.</param>
public sealed record ClientCall(
    RequestCode Code, IReadOnlyDictionary<string, string> Fields, ReadOnlyMemory<byte> Body = default);
