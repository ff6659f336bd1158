using OrleansMq.Broker.Pulling;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;
using OrleansMq.Storage.Reading;

namespace OrleansMq.Broker.Tests.Nodes;

/// <summary>A pull that waits and keeps its answers.</summary>
internal sealed class TestPull : HeldPull
{
    public List<(ResponseCode Code, ReceivedRecord[] Records)> Answers { get; } = [];

    public ResponseCode Code => Answers.Single().Code;

    /// <summary>Where the last answer says to go on.</summary>
    public long NextOffset { get; private set; }

    public override bool IsAbandoned => false;

    public override void Answer(ResponseCode code, ReadResult result, OutputBuffer body)
    {
        NextOffset = result.NextOffset;
        Answers.Add((code, ReceivedRecord.ReadAll(body.WrittenSpan)));
    }
}
