using OrleansMq.Broker.Nodes;
using OrleansMq.Broker.Sending;
using OrleansMq.Protocol.Codes;

namespace OrleansMq.Gateway.Requests;

/// <summary>Answers whoever had the broker store something, once that is as durable as the broker promises.</summary>
internal static class StoredAnswer
{
    /// <summary>Shows consumers what was stored, and answers now or later with a code and a reason.</summary>
    public static void Give(BrokerNode node, ReplyAddress reply, SendResult result) =>
        Give(node, reply, result, () => reply.Answer(ResponseCode.Success));

    /// <summary>The same with an answer of the caller's own when all went well.</summary>
    public static void Give(BrokerNode node, ReplyAddress reply, SendResult result, Action succeed)
    {
        node.Pump();
        if (result.MustAwaitFlush)
            AwaitFlush(node, reply, result, succeed);
        else
            Answer(reply, new FlushOutcome(result.Code, result.Problem), succeed);
    }

    private static void AwaitFlush(BrokerNode node, ReplyAddress reply, SendResult result, Action succeed)
    {
        reply.Connection.RequestStarted();
        node.AwaitFlush(result, status =>
        {
            Answer(reply, FlushOutcome.Of(status), succeed);
            reply.Connection.RequestFinished();
        });
    }

    private static void Answer(ReplyAddress reply, FlushOutcome outcome, Action succeed)
    {
        if (outcome.Code == ResponseCode.Success)
            succeed();
        else
            reply.Answer(outcome.Code, outcome.Problem);
    }
}
