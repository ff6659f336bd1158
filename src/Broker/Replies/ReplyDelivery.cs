using System.Globalization;
using System.Text;
using OrleansMq.Broker.ClientCalls;
using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.Nodes;
using OrleansMq.Messages.Properties;
using OrleansMq.Protocol.Codes;

namespace OrleansMq.Broker.Replies;

/// <summary>
/// Brings replies to the producers that wait for them, wherever in the cluster they are connected. RocketMQ:
/// <c>ReplyMessageProcessor</c>.
/// </summary>
public sealed class ReplyDelivery
{
    private readonly BrokerNode _node;
    private readonly TimeProvider _time;

    internal ReplyDelivery(BrokerNode node, TimeProvider time)
    {
        _node = node;
        _time = time;
    }

    /// <summary>Hands a reply to the producer that it names; why that failed, or null.</summary>
    public async ValueTask<string?> DeliverAsync(Reply reply)
    {
        if (!PropertyBlock.TryGet(reply.Properties.Span, PropertyNames.ReplyToClient, out ReadOnlySpan<byte> requester)
            || requester.IsEmpty)
        {
            return "The reply has no property 'REPLY_TO_CLIENT', which names the client that waits for it.";
        }

        string clientId = Encoding.UTF8.GetString(requester);
        ClientChannel? channel = await _node.ControlPlane.Clients.FindProducerAsync(clientId).ConfigureAwait(false);
        if (channel is null)
            return $"The producer '{clientId}', which is to get the reply, is not online.";

        ClientAnswer answer = await _node.ControlPlane.Clients
            .CallAsync(channel.Value, CallOf(reply), _node.Options.ClientCalls.Timeout).ConfigureAwait(false);
        return answer.Status switch
        {
            ClientCallStatus.Answered when answer.IsSuccess => null,
            ClientCallStatus.Answered =>
                $"The producer '{clientId}' did not take the reply (code {answer.Code}): {answer.Remark}",
            ClientCallStatus.Gone => $"The producer '{clientId}', which is to get the reply, went offline.",
            ClientCallStatus.TimedOut => $"The producer '{clientId}' was sent the reply and did not answer in time.",
            ClientCallStatus.TooMany => $"Too many replies are on the way to '{clientId}'; reply again later.",
            _ => $"The producer '{clientId}' is connected to a broker that cannot be reached.",
        };
    }

    private ClientCall CallOf(Reply reply)
    {
        long now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        byte[] properties = new PropertyEditor().Set(PropertyNames.PushReplyTime, now).ApplyTo(reply.Properties.Span);
        var fields = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["producerGroup"] = reply.ProducerGroup,
            ["topic"] = reply.Topic,
            ["defaultTopic"] = reply.DefaultTopic,
            ["defaultTopicQueueNums"] = Text(reply.DefaultTopicQueues),
            ["queueId"] = Text(reply.QueueId),
            ["sysFlag"] = Text(reply.SystemFlags),
            ["bornTimestamp"] = Text(reply.BornTimestamp),
            ["flag"] = Text(reply.Flag),
            ["properties"] = Encoding.UTF8.GetString(properties),
            ["reconsumeTimes"] = Text(reply.ReconsumeTimes),
            ["unitMode"] = reply.IsUnitMode ? "true" : "false",
            ["bornHost"] = reply.BornHost,
            ["storeHost"] = _node.Identity.AddressText,
            ["storeTimestamp"] = Text(now),
        };
        return new ClientCall(RequestCode.PushReplyMessageToClient, fields, reply.Body);
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
