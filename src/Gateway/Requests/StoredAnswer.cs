using OrleansMq.Broker.Nodes;
using OrleansMq.Broker.Sending;

namespace OrleansMq.Gateway.Requests;

/// <summary>Answers whoever had the broker store something, once that is as durable as the broker promises.</summary>
internal static class StoredAnswer
{
    /// <summary>Answers now or later, and shows consumers what was stored.</summary>
    public static void Give(BrokerNode node, ReplyAddress reply, SendResult result)
    {
        if (result.MustAwaitFlush)
            AwaitFlush(node, reply, result);
        else
            reply.Answer(result.Code, result.Problem);
        node.Pump();
    }

    private static void AwaitFlush(BrokerNode node, ReplyAddress reply, SendResult result)
    {
        reply.Connection.RequestStarted();
        node.AwaitFlush(result, status =>
        {
            var outcome = FlushOutcome.Of(status);
            reply.Answer(outcome.Code, outcome.Problem);
            reply.Connection.RequestFinished();
        });
    }
}
