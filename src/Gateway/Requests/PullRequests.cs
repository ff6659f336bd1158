using OrleansMq.Broker.Nodes;
using OrleansMq.Broker.Pulling;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;
using OrleansMq.Protocol.Requests;
using OrleansMq.Storage.Reading;

namespace OrleansMq.Gateway.Requests;

/// <summary>Reads of a queue: 11 and 361. One that is ahead of the producers waits for a message.</summary>
internal sealed class PullRequests(BrokerNode node, PutOff putOff)
{
    private const int ScratchIdleBytes = 512 * 1024;
    private const long ThisBrokerId = 0;

    [ThreadStatic]
    private static OutputBuffer? _scratch;

    public void Handle(ClientSession session)
    {
        if (!PullMessageRequest.TryRead(session.Request, out PullMessageRequest request, out string? problem))
        {
            session.Refuse(ResponseCode.SystemError, problem);
            return;
        }

        OutputBuffer body = _scratch ??= new OutputBuffer(ScratchIdleBytes);
        body.Clear();
        PullOutcome outcome = node.Puller.Pull(request, session.ClientName, body);
        bool isHeld = outcome.MayHold && (request.Flags & PullFlags.Suspend) != 0
            && request.SuspendTimeoutMilliseconds > 0 && !session.Request.IsOneWay;
        if (outcome.Missing is not null && session.MayPutOff())
            putOff(session, outcome.Missing);
        else if (outcome.Problem is not null)
            session.Refuse(outcome.Code, outcome.Problem);
        else if (isHeld)
            Hold(session, request, outcome);
        else
            Answer(session.Reply, outcome.Code, outcome.Result, body);
    }

    private void Hold(ClientSession session, scoped PullMessageRequest request, PullOutcome outcome)
    {
        session.Connection.RequestStarted();
        node.Hold(new WaitingPull(session.Reply)
        {
            Queue = outcome.Queue!,
            Offset = outcome.Result.NextOffset,
            MaxCount = node.Puller.CountOf(request),
            MaxBytes = node.Puller.BytesOf(request),
            Filter = outcome.Filter,
            Group = outcome.Group,
            Client = session.ClientName,
            DeadlineMilliseconds = node.Puller.DeadlineOf(request),
        });
    }

    private static void Answer(ReplyAddress reply, ResponseCode code, ReadResult result, OutputBuffer body) =>
        reply.Answer(code, (result, body), WriteAnswer);

    private static void WriteAnswer(ref CommandWriter writer, (ReadResult Result, OutputBuffer Body) pull)
    {
        writer.Field("suggestWhichBrokerId"u8, ThisBrokerId);
        writer.Field("nextBeginOffset"u8, pull.Result.NextOffset);
        writer.Field("minOffset"u8, pull.Result.MinOffset);
        writer.Field("maxOffset"u8, pull.Result.MaxOffset);
        writer.Body(pull.Body.WrittenSpan);
    }

    private sealed class WaitingPull(ReplyAddress reply) : HeldPull
    {
        public override bool IsAbandoned => reply.Connection.IsClosed;

        public override void Answer(ResponseCode code, ReadResult result, OutputBuffer body)
        {
            PullRequests.Answer(reply, code, result, body);
            reply.Connection.RequestFinished();
        }
    }
}
