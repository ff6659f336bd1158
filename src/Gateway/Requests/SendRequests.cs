using OrleansMq.Broker.Nodes;
using OrleansMq.Broker.Sending;
using OrleansMq.Messages.Identity;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;
using OrleansMq.Protocol.Requests;
using OrleansMq.Storage.Confirmations;

namespace OrleansMq.Gateway.Requests;

/// <summary>Messages to store: 10, 310 and, many at once, 320.</summary>
internal sealed class SendRequests(BrokerNode node, PutOff putOff)
{
    private static readonly List<long> s_noOffsets = [];

    [ThreadStatic]
    private static List<long>? _batchOffsets;

    private readonly TimeSpan _flushTimeout = node.Store.Options.FlushTimeout;
    private readonly TraceFields _trace = new(node.Options.Tracing);

    public void Handle(ClientSession session)
    {
        if (!SendMessageRequest.TryRead(session.Request, out SendMessageRequest request, out string? problem))
        {
            session.Refuse(ResponseCode.SystemError, problem);
            return;
        }

        List<long> batchOffsets = _batchOffsets ??= [];
        batchOffsets.Clear();
        SendResult result = node.Sender.Send(request, session.Connection.RemoteHost, batchOffsets);
        if (result.Missing is not null && session.MayPutOff())
        {
            putOff(session, result.Missing);
        }
        else if (!result.IsStored)
        {
            session.Refuse(result.Code, result.Problem);
        }
        else if (result.MustAwaitFlush && !session.Request.IsOneWay)
        {
            session.Connection.RequestStarted();
            node.Store.Confirmations.Add(new WaitingSend(
                this, session.Reply, result, batchOffsets.Count > 1 ? [.. batchOffsets] : s_noOffsets)
            {
                EndOffset = result.Append.EndOffset,
                DeadlineMilliseconds = result.Append.StoreTimestamp + (long)_flushTimeout.TotalMilliseconds,
            });
        }
        else
        {
            // A loop dispatches its batch before it sends the answers; a request that was put off is in no batch.
            if (session.Attempts > 0)
                node.Pump();
            Answer(session.Reply, ResponseCode.Success, result, batchOffsets);
        }
    }

    private void Answer(ReplyAddress reply, ResponseCode code, SendResult result, List<long> batchOffsets) =>
        reply.Answer(code, (node.Identity.StoreHost, result, batchOffsets, _trace), WriteAnswer);

    private static void WriteAnswer(
        ref CommandWriter writer,
        (HostAddress Host, SendResult Result, List<long> BatchOffsets, TraceFields Trace) answer)
    {
        Span<byte> id = stackalloc byte[OffsetMessageId.MaxLength];
        if (answer.BatchOffsets.Count > 1)
        {
            WriteBatchIds(ref writer, answer.Host, answer.BatchOffsets);
        }
        else
        {
            int length = new OffsetMessageId(answer.Host, answer.Result.Append.PhysicalOffset).Format(id);
            writer.Field("msgId"u8, id[..length]);
        }

        writer.Field("queueId"u8, answer.Result.QueueId);
        writer.Field("queueOffset"u8, answer.Result.Append.QueueOffset);
        if (answer.Result.TransactionId is { Length: > 0 } transactionId)
            writer.Field("transactionId"u8, transactionId);
        if (answer.Result.RecallHandle is { } handle)
            writer.Field("recallHandle"u8, handle);
        answer.Trace.WriteTo(ref writer);
    }

    private static void WriteBatchIds(ref CommandWriter writer, HostAddress host, List<long> offsets)
    {
        byte[] ids = new byte[offsets.Count * (OffsetMessageId.MaxLength + 1)];
        int length = 0;
        foreach (long offset in offsets)
        {
            length += new OffsetMessageId(host, offset).Format(ids.AsSpan(length));
            ids[length++] = (byte)',';
        }

        writer.Field("msgId"u8, ids.AsSpan(0, length - 1));
    }

    private sealed class WaitingSend(SendRequests owner, ReplyAddress reply, SendResult result, List<long> batchOffsets)
        : ConfirmationWaiter
    {
        public override void Complete(ConfirmationStatus status)
        {
            var outcome = FlushOutcome.Of(status);
            if (status == ConfirmationStatus.Failed)
                reply.Answer(outcome.Code, outcome.Problem);
            else
                owner.Answer(reply, outcome.Code, result, batchOffsets);
            reply.Connection.RequestFinished();
        }
    }
}
