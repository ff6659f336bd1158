using OrleansMq.Broker.Clustering;
using OrleansMq.Broker.Nodes;
using OrleansMq.Broker.Popping;
using OrleansMq.Protocol.Remoting;
using OrleansMq.Protocol.Requests;

namespace OrleansMq.Grains.Queues;

/// <summary>A pop whose caller waits for the task; it is abandoned by nobody before its time is over.</summary>
internal sealed class WaitingPop(BrokerNode node, PopMessageRequest request, string client) : HeldPop
{
    private readonly TaskCompletionSource<PopReply> _answered =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The reply, once there is one.</summary>
    public Task<PopReply> Answered => _answered.Task;

    /// <summary>What must be provided before the pop can be tried again, or null.</summary>
    public MissingMetadata? Missing { get; private set; }

    public override bool IsAbandoned => false;

    /// <summary>Tries at once, and lets it wait if there is nothing and the caller has time.</summary>
    public WaitingPop Begin()
    {
        if (!TryServe() && (request.PollMilliseconds <= 0 || !node.TryHold(this)))
            GiveUp();
        node.Pump();
        return this;
    }

    public override bool TryServe()
    {
        using var body = new OutputBuffer();
        PopOutcome outcome = node.Popper.Pop(request, client, body);
        if (outcome.MayHold)
            return false;

        Missing = outcome.Missing;
        if (outcome.Problem is not null)
            _answered.TrySetException(new MessageRefusedException(outcome.Code, outcome.Problem));
        else
        {
            _answered.TrySetResult(new PopReply(
                body.WrittenSpan.ToArray(), outcome.PoppedAt,
                [.. outcome.Messages.Select(message => message.Offset)]));
        }

        return true;
    }

    public override void GiveUp() => _answered.TrySetResult(new PopReply(default, 0, []));
}
