using System.Globalization;
using System.Text;
using OrleansMq.Broker.ClientCalls;
using OrleansMq.Broker.Nodes;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;
using OrleansMq.Protocol.Requests;

namespace OrleansMq.Gateway.Requests;

/// <summary>
/// What is passed on to consumers: how one runs, 307, one message to consume, 309, and how far they are, 223.
/// </summary>
internal sealed class ConsumerCallRequests(BrokerNode node)
{
    public void Register(RequestTable table)
    {
        table.Add<ConsumerRunningInfoRequest>(
            RequestCode.GetConsumerRunningInfo, ConsumerRunningInfoRequest.TryRead, GetRunningInfo);
        table.Add<ConsumeDirectlyRequest>(
            RequestCode.ConsumeMessageDirectly, ConsumeDirectlyRequest.TryRead, ConsumeDirectly);
        table.Add<ConsumerStatusRequest>(
            RequestCode.InvokeBrokerToGetConsumerStatus, ConsumerStatusRequest.TryRead, GetStatus);
    }

    private void GetRunningInfo(ClientSession session, ConsumerRunningInfoRequest request)
    {
        var call = new ClientCall(RequestCode.GetConsumerRunningInfo, session.Request.ToDictionary());
        session.Await(async reply => PassOn(
            reply,
            await node.ConsumerCalls.CallAsync(request.ConsumerGroup, request.ClientId, ProtocolVersions.V318, call)
                .ConfigureAwait(false)));
    }

    private void ConsumeDirectly(ClientSession session, ConsumeDirectlyRequest request)
    {
        Dictionary<string, string> fields = session.Request.ToDictionary();
        fields["brokerName"] = node.Identity.BrokerName;
        if (request.Topic is not null && node.Topics.Find(request.Topic) is { } topic)
            fields["topicSysFlag"] = topic.Config.SystemFlag.ToString(CultureInfo.InvariantCulture);
        if (node.Groups.Find(request.ConsumerGroup) is { } group)
            fields["groupSysFlag"] = group.Config.SystemFlag.ToString(CultureInfo.InvariantCulture);

        session.Defer(async reply =>
        {
            using var record = new OutputBuffer();
            if (!node.Queries.TryFind(request.MessageId, request.Topic, record))
            {
                reply.Answer(
                    ResponseCode.SystemError,
                    $"The broker '{node.Identity.BrokerName}' has no message '{request.MessageId}'. Ask the broker "
                    + "that stored it, with the identifier that it gave, or with that of the producer and the topic.");
                return;
            }

            var call = new ClientCall(RequestCode.ConsumeMessageDirectly, fields, record.WrittenSpan.ToArray());
            PassOn(
                reply,
                await node.ConsumerCalls.CallAsync(request.ConsumerGroup, request.ClientId, ProtocolVersions.V318, call)
                    .ConfigureAwait(false));
        });
    }

    private void GetStatus(ClientSession session, ConsumerStatusRequest request)
    {
        var call = new ClientCall(
            RequestCode.GetConsumerStatusFromClient,
            new Dictionary<string, string> { ["topic"] = request.Topic, ["group"] = request.Group });
        session.Await(async reply =>
        {
            IReadOnlyDictionary<string, ClientAnswer> answers = await node.ConsumerCalls
                .CallAllAsync(request.Group, request.ClientId, ProtocolVersions.V307, call).ConfigureAwait(false);
            var status = new ConsumerStatusBody();
            foreach ((string clientId, ClientAnswer answer) in answers)
            {
                ConsumerStatusBody? one = null;
                if (answer.IsSuccess && ConsumerStatusBody.TryRead(answer.Body.Span, out one, out _))
                    status.ConsumerTable[clientId] = one.MessageQueueTable;
            }

            if (status.ConsumerTable.Count > 0)
                reply.Answer(status.WriteTo);
            else
                reply.Answer(ResponseCode.SystemError, ReasonOf(request, answers));
        });
    }

    private static string ReasonOf(ConsumerStatusRequest request, IReadOnlyDictionary<string, ClientAnswer> answers)
    {
        if (answers.Count == 0)
        {
            return request.ClientId is null
                ? $"The consumer group '{request.Group}' has no member online."
                : $"The consumer '{request.ClientId}' of the group '{request.Group}' is not online.";
        }

        string? remark = answers.Values.Select(answer => answer.Remark).FirstOrDefault(text => text is not null);
        return $"No member of the group '{request.Group}' said how far it is. {remark}";
    }

    /// <summary>Answers with what a client answered.</summary>
    private static void PassOn(ReplyAddress reply, ClientAnswer answer) => reply.Answer(
        (ResponseCode)answer.Code, answer,
        static (ref CommandWriter writer, ClientAnswer passed) =>
        {
            if (!string.IsNullOrEmpty(passed.Remark))
                writer.Remark(passed.Remark);
            foreach ((string name, string value) in passed.Fields)
                writer.Field(Encoding.UTF8.GetBytes(name), value);
            writer.Body(passed.Body.Span);
        });
}
