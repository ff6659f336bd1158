using OrleansMq.Broker.Nodes;
using OrleansMq.Broker.Popping;
using OrleansMq.Broker.Sending;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;
using OrleansMq.Protocol.Requests;

namespace OrleansMq.Gateway.Requests;

/// <summary>
/// What consumers say of popped messages: that they are done with one, 200051, or many, 200151, or when one shall come
/// again, 200053.
/// </summary>
internal sealed class AckRequests(BrokerNode node)
{
    public void Register(RequestTable table)
    {
        table.Add<AckMessageRequest>(RequestCode.AckMessage, AckMessageRequest.TryRead, Ack);
        table.AddWithBody<BatchAckBody>(RequestCode.BatchAckMessage, BatchAckBody.TryRead, AckBatch);
        table.Add<ChangeInvisibleTimeRequest>(
            RequestCode.ChangeMessageInvisibleTime, ChangeInvisibleTimeRequest.TryRead, Change);
    }

    private void Ack(ClientSession session, AckMessageRequest request)
    {
        if (HandleOf(session, request.ExtraInfo) is { } handle)
        {
            var key = new PopKey(request.ConsumerGroup, request.Topic, request.QueueId);
            StoredAnswer.Give(
                node, session.Reply,
                node.Popper.Acknowledge(
                    key, [new PopReceipt(request.Offset, handle.PopTime)], session.ClientName));
        }
    }

    /// <summary>What cannot be acknowledged does not keep the rest from it; the first refusal is told.</summary>
    private void AckBatch(ClientSession session, BatchAckBody request)
    {
        int span = node.Options.Pops.MaxBatchAckSpan;
        if (request.Acks.Find(ack => (long)(ack.BitSet?.Length ?? 0) * BatchAck.BitsPerByte > span) is { } wide)
        {
            session.Refuse(
                ResponseCode.InvalidParameter,
                $"The bit set for the queue {wide.QueueId} of '{wide.Topic}' stands for "
                + $"{(long)wide.BitSet!.Length * BatchAck.BitsPerByte} offsets; at most {span} are allowed, see "
                + $"{PopOptions.Section}:{nameof(PopOptions.MaxBatchAckSpan)}.");
            return;
        }

        int most = node.Options.Pops.MaxBatchAcks;
        long count = request.Acks.Sum(ack => ack.CountOffsets());
        if (count == 0 || count > most)
        {
            session.Refuse(
                count == 0 ? ResponseCode.NoMessage : ResponseCode.InvalidParameter,
                $"The request acknowledges {(count == 0 ? "no messages" : $"more than {most} messages")}; 1 to {most} "
                + $"are allowed, see {PopOptions.Section}:{nameof(PopOptions.MaxBatchAcks)}.");
            return;
        }

        SendResult? last = null;
        SendResult? refusal = null;
        foreach (BatchAck ack in request.Acks)
        {
            SendResult result = node.Popper.Acknowledge(
                new PopKey(ack.ConsumerGroup, ack.Topic, ack.QueueId),
                [.. ack.Offsets().Select(offset => new PopReceipt(offset, ack.PopTime))], session.ClientName);
            if (!result.IsStored)
                refusal ??= result;
            else if (last is null || result.Append.EndOffset > last.Value.Append.EndOffset)
                last = result;
        }

        // What was stored last is on disk behind all others.
        StoredAnswer.Give(node, session.Reply, refusal ?? last!.Value);
    }

    private void Change(ClientSession session, ChangeInvisibleTimeRequest request)
    {
        if (HandleOf(session, request.ExtraInfo) is not { } handle)
            return;

        ReplyAddress reply = session.Reply;
        var key = new PopKey(request.ConsumerGroup, request.Topic, request.QueueId);
        SendResult result = node.Pops.Change(
            key, new PopReceipt(request.Offset, handle.PopTime), request.InvisibleMilliseconds, out long visibleAt);
        StoredAnswer.Give(
            node, reply, result,
            () => reply.Answer(ResponseCode.Success, (handle, visibleAt - handle.PopTime), WriteChange));
    }

    /// <summary>The handle stays what it was, but for the time in it.</summary>
    private static void WriteChange(ref CommandWriter writer, (PopHandle Handle, long Invisible) change)
    {
        writer.Field("popTime"u8, change.Handle.PopTime);
        writer.Field("invisibleTime"u8, change.Invisible);
        writer.Field("reviveQid"u8, change.Handle.ReviveQueueId);
    }

    private PopHandle? HandleOf(ClientSession session, string extraInfo)
    {
        if (!PopHandle.TryParse(extraInfo, out PopHandle? handle))
        {
            session.Refuse(
                ResponseCode.InvalidParameter,
                "The field 'extraInfo' is no handle of a popped message; give the one that the message came with.");
        }
        else if (handle.BrokerName != node.Identity.BrokerName)
        {
            session.Refuse(
                ResponseCode.InvalidParameter,
                $"The message was popped from the broker '{handle.BrokerName}', not from "
                + $"'{node.Identity.BrokerName}'.");
            handle = null;
        }

        return handle;
    }
}
