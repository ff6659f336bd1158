using OrleansMq.Client.Receiving;

namespace OrleansMq.Client.Consuming.Queues;

/// <summary>Hands out any number at a time.</summary>
internal sealed class FreeBacklog : Backlog
{
    private readonly Queue<ReceivedMessage> _waiting = new();

    public override int Ready => _waiting.Count;

    public override int Add(ReceivedMessage message)
    {
        _waiting.Enqueue(message);
        return 1;
    }

    public override ReceivedMessage? Take() => _waiting.TryDequeue(out ReceivedMessage? message) ? message : null;

    public override int Finish(ReceivedMessage message) => 0;

    public override int Return(ReceivedMessage message) => Add(message);
}
