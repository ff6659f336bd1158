using OrleansMq.Broker.Nodes;
using OrleansMq.Broker.Popping;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;
using OrleansMq.Protocol.Requests;

namespace OrleansMq.Gateway.Requests;

/// <summary>Messages that are handed out to be acknowledged one by one: 200050.</summary>
internal sealed class PopRequests(BrokerNode node, PutOff putOff)
{
    private const int ScratchIdleBytes = 512 * 1024;

    [ThreadStatic]
    private static OutputBuffer? _scratch;

    public void Register(RequestTable table) =>
        table.Add<PopMessageRequest>(RequestCode.PopMessage, PopMessageRequest.TryRead, Pop);

    private void Pop(ClientSession session, PopMessageRequest request)
    {
        OutputBuffer body = Scratch();
        PopOutcome outcome = node.Popper.Pop(request, session.ClientName, body);
        bool isHeld = outcome.MayHold && request.PollMilliseconds > 0 && !session.Request.IsOneWay;
        if (outcome.Missing is not null && session.MayPutOff())
            putOff(session, outcome.Missing);
        else if (outcome.Problem is not null)
            session.Refuse(outcome.Code, outcome.Problem);
        else if (isHeld)
            Hold(session, request, outcome);
        else
            PopAnswer.Write(session.Reply, outcome, request.InvisibleMilliseconds, body);
    }

    private void Hold(ClientSession session, PopMessageRequest request, PopOutcome outcome)
    {
        ReplyAddress reply = session.Reply;
        reply.Connection.RequestStarted();
        bool isHeld = node.TryHold(new WaitingPop(node, reply, session.ClientName, request)
        {
            Group = request.ConsumerGroup,
            Topic = request.Topic,
            QueueId = request.QueueId,
            DeadlineMilliseconds = node.Popper.DeadlineOf(request.PollMilliseconds),
        });
        if (isHeld)
            return;

        PopAnswer.Write(
            reply, outcome with { Code = ResponseCode.PollingFull }, request.InvisibleMilliseconds, Scratch());
        reply.Connection.RequestFinished();
    }

    private static OutputBuffer Scratch()
    {
        OutputBuffer scratch = _scratch ??= new OutputBuffer(ScratchIdleBytes);
        scratch.Clear();
        return scratch;
    }

    private sealed class WaitingPop(
        BrokerNode node, ReplyAddress reply, string client, PopMessageRequest request) : HeldPop
    {
        public override bool IsAbandoned => reply.Connection.IsClosed;

        public override bool TryServe()
        {
            OutputBuffer body = Scratch();
            PopOutcome outcome = node.Popper.Pop(request, client, body);
            if (outcome.MayHold)
                return false;

            // What is missing is provided when the client asks again, as it does at once.
            if (outcome.Missing is not null)
                outcome = Nothing();
            if (outcome.Problem is not null)
                reply.Answer(outcome.Code, outcome.Problem);
            else
                PopAnswer.Write(reply, outcome, request.InvisibleMilliseconds, body);
            reply.Connection.RequestFinished();
            return true;
        }

        public override void GiveUp()
        {
            PopAnswer.Write(reply, Nothing(), request.InvisibleMilliseconds, Scratch());
            reply.Connection.RequestFinished();
        }

        private static PopOutcome Nothing() => new(ResponseCode.PollingTimeout, null, 0, false, [], 0);
    }
}
