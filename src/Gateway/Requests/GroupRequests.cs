using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.Nodes;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Requests;
using BrokerGroupConfig = OrleansMq.Broker.ConsumerGroups.SubscriptionGroupConfig;
using SubscriptionGroupConfig = OrleansMq.Protocol.Bodies.SubscriptionGroupConfig;
using SubscriptionGroupTable = OrleansMq.Protocol.Bodies.SubscriptionGroupTable;

namespace OrleansMq.Gateway.Requests;

/// <summary>
/// Consumer groups: created and changed, 200 and 225, listed, 201, deleted, 207, and their clients, 203.
/// </summary>
internal sealed class GroupRequests(BrokerNode node)
{
    public void Register(RequestTable table)
    {
        table.AddWithBody<SubscriptionGroupConfig>(
            RequestCode.UpdateAndCreateSubscriptionGroup, SubscriptionGroupConfig.TryRead, Create);
        table.AddWithBody<SubscriptionGroupList>(
            RequestCode.UpdateAndCreateSubscriptionGroupList, SubscriptionGroupList.TryRead, CreateAll);
        table.Add(RequestCode.GetAllSubscriptionGroupConfig, List);
        table.Add<DeleteSubscriptionGroupRequest>(
            RequestCode.DeleteSubscriptionGroup, DeleteSubscriptionGroupRequest.TryRead, Delete);
        table.Add<ConsumerConnectionRequest>(
            RequestCode.GetConsumerConnectionList, ConsumerConnectionRequest.TryRead, GetConnections);
    }

    private void Create(ClientSession session, SubscriptionGroupConfig body)
    {
        BrokerGroupConfig config = BrokerBodies.ToConfig(body);
        session.Defer(async reply =>
        {
            SubscriptionGroupResult result = await node.ControlPlane.PutGroupAsync(config).ConfigureAwait(false);
            reply.AnswerOutcome(result.Problem);
        });
    }

    /// <summary>One after the other, up to the first that is refused.</summary>
    private void CreateAll(ClientSession session, SubscriptionGroupList list) => session.Defer(async reply =>
    {
        foreach (BrokerGroupConfig config in list.Groups.Select(BrokerBodies.ToConfig))
        {
            SubscriptionGroupResult result = await node.ControlPlane.PutGroupAsync(config).ConfigureAwait(false);
            if (result.Problem is not null)
            {
                reply.AnswerOutcome($"At the group '{config.Name}': {result.Problem}");
                return;
            }
        }

        reply.AnswerOutcome(problem: null);
    });

    private void List(ClientSession session)
    {
        var table = new SubscriptionGroupTable
        {
            Groups = node.Groups.Groups.ToDictionary(
                group => group.Name, group => BrokerBodies.Of(group.Config), StringComparer.Ordinal),
            DataVersion = BrokerBodies.Of(node.Groups.Version),
        };
        session.Reply.Answer(table.WriteTo);
    }

    private void Delete(ClientSession session, DeleteSubscriptionGroupRequest request)
    {
        session.Defer(async reply =>
        {
            SubscriptionGroupResult result =
                await node.ControlPlane.DeleteGroupAsync(request.GroupName).ConfigureAwait(false);

            // Operators' tools ask every broker in turn: the first one has done it for all.
            reply.AnswerOutcome(result.Status == SubscriptionGroupStatus.NotFound ? null : result.Problem);
        });
    }

    private void GetConnections(ClientSession session, ConsumerConnectionRequest request)
    {
        ConsumerConnection? connections = node.Groups.Find(request.ConsumerGroup)?.Read(BrokerBodies.Of);
        if (connections is null or { Connections.Count: 0 })
            session.Refuse(ResponseCode.ConsumerNotOnline, $"The group '{request.ConsumerGroup}' is not online.");
        else
            session.Reply.Answer(connections.WriteTo);
    }
}
