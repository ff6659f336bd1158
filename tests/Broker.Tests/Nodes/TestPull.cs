using OrleansMq.Broker.Pulling;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;
using OrleansMq.Storage.Reading;

namespace OrleansMq.Broker.Tests.Nodes;

/// <summary>A pull that waits and keeps its answers.</summary>
internal sealed class TestPull : HeldPull
{
    public List<(ResponseCode Code, ReceivedRecord[] Records)> Answers { get; } = [];

    public override bool IsAbandoned => false;

    public override void Answer(ResponseCode code, ReadResult result, OutputBuffer body) =>
        Answers.Add((code, ReceivedRecord.ReadAll(body.WrittenSpan)));
}
