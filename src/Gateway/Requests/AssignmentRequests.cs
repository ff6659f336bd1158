using OrleansMq.Broker.Assignments;
using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.KeyValues;
using OrleansMq.Broker.Nodes;
using OrleansMq.Messages.Topics;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Codes;

namespace OrleansMq.Gateway.Requests;

/// <summary>
/// Which queues a consumer gets when it leaves that to the broker, 400, and whether its group pulls or pops, 401 and
/// 402.
/// </summary>
internal sealed class AssignmentRequests(BrokerNode node)
{
    private KeyValueTable Settings => node.ControlPlane.Routes.KeyValues;

    public void Register(RequestTable table)
    {
        table.AddWithBody<AssignmentQuestion>(RequestCode.QueryAssignment, AssignmentQuestion.TryRead, Assign);
        table.AddWithBody<RequestModeBody>(RequestCode.SetMessageRequestMode, RequestModeBody.TryRead, SetMode);
        table.Add(RequestCode.GetAllMessageRequestMode, ListModes);
    }

    private void Assign(ClientSession session, AssignmentQuestion question) => session.Await(async reply =>
    {
        Assignment assignment = Assign(question);
        if (assignment is { Queues: null, Problem: null })
        {
            // A broker may not have been shown the members of a group, until somebody asks.
            await node.ControlPlane.ShowMembersAsync(question.ConsumerGroup).ConfigureAwait(false);
            assignment = Assign(question);
        }

        if (assignment.Problem is not null)
        {
            reply.Answer(ResponseCode.InvalidParameter, assignment.Problem);
            return;
        }

        reply.Answer(new AssignmentList
        {
            MessageQueueAssignments = assignment.Queues?.Select(
                queue => new MessageQueueAssignment { MessageQueue = queue, Mode = assignment.Mode }).ToList(),
        }.WriteTo);
    });

    private Assignment Assign(AssignmentQuestion question) => QueueAssigner.Assign(
        question, node.ControlPlane.Routes,
        node.Groups.Find(question.ConsumerGroup)?.Read(state => state.ClientIds.ToList()) ?? []);

    private void SetMode(ClientSession session, RequestModeBody body)
    {
        if (TopicNames.IsRetry(body.Topic))
        {
            session.Refuse(
                ResponseCode.NoPermission, $"The retry topic '{body.Topic}' is always pulled; set the mode of others.");
            return;
        }

        if (node.ControlPlane.Routes.Find(body.Topic) is null)
        {
            session.Refuse(ResponseCode.TopicNotExist, $"The topic '{body.Topic}' does not exist; create it first.");
            return;
        }

        session.Defer(async reply =>
        {
            if (node.Groups.Find(body.ConsumerGroup) is null)
            {
                SubscriptionGroupResult group = await node.ControlPlane.FindOrCreateGroupAsync(body.ConsumerGroup)
                    .ConfigureAwait(false);
                if (group.Problem is not null)
                {
                    reply.Answer(ResponseCode.SubscriptionGroupNotExist, group.Problem);
                    return;
                }
            }

            var mode = new RequestMode(body.Mode, Math.Max(0, body.PopShareQueueNum));
            string? problem = await node.ControlPlane.SetKeyValueAsync(
                RequestModes.Namespace, RequestModes.KeyOf(body.Topic, body.ConsumerGroup), mode.Text)
                .ConfigureAwait(false);
            reply.AnswerOutcome(problem);
        });
    }

    private void ListModes(ClientSession session)
    {
        var modes = new RequestModeTable();
        foreach ((string topic, string group, RequestMode mode) in RequestModes.List(Settings))
        {
            if (!modes.MessageRequestModeMap.TryGetValue(topic, out Dictionary<string, RequestModeBody>? groups))
                modes.MessageRequestModeMap.Add(topic, groups = new(StringComparer.Ordinal));
            groups[group] = new RequestModeBody
            {
                Topic = topic,
                ConsumerGroup = group,
                Mode = mode.Mode,
                PopShareQueueNum = mode.SharedWith,
            };
        }

        session.Reply.Answer(modes.WriteTo);
    }
}
