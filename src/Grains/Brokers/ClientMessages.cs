using OrleansMq.Broker.ClientCalls;
using OrleansMq.Protocol.Codes;

namespace OrleansMq.Grains.Brokers;

/// <summary>A request to a client on its way to the broker that the client is connected to.</summary>
/// <param name="Code">The request code.</param>
/// <param name="Fields">The ext fields.</param>
/// <param name="Body">The body; crosses the network as it is.</param>
[GenerateSerializer, Immutable, Alias("OrleansMq.ClientRequest")]
public readonly record struct ClientRequest(
    [property: Id(0)] int Code, [property: Id(1)] Dictionary<string, string> Fields,
    [property: Id(2)] ReadOnlyMemory<byte> Body)
{
    internal static ClientRequest Of(ClientCall call) =>
        new((int)call.Code, new Dictionary<string, string>(call.Fields, StringComparer.Ordinal), call.Body);

    internal ClientCall ToCall() => new((RequestCode)Code, Fields, Body);
}

/// <summary>A client's answer on its way back.</summary>
/// <param name="Status">How the call ended, a <see cref="ClientCallStatus"/>.</param>
/// <param name="Code">The response code.</param>
/// <param name="Remark">The remark.</param>
/// <param name="Fields">The ext fields.</param>
/// <param name="Body">The body; crosses the network as it is.</param>
[GenerateSerializer, Immutable, Alias("OrleansMq.ClientResponse")]
public readonly record struct ClientResponse(
    [property: Id(0)] int Status, [property: Id(1)] int Code, [property: Id(2)] string? Remark,
    [property: Id(3)] Dictionary<string, string> Fields, [property: Id(4)] ReadOnlyMemory<byte> Body)
{
    internal static ClientResponse Of(ClientAnswer answer) => new(
        (int)answer.Status, answer.Code, answer.Remark,
        new Dictionary<string, string>(answer.Fields, StringComparer.Ordinal), answer.Body);

    internal ClientAnswer ToAnswer() => new((ClientCallStatus)Status, Code, Remark, Fields, Body);
}
