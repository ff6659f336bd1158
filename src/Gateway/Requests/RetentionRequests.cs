using OrleansMq.Broker.Nodes;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Codes;

namespace OrleansMq.Gateway.Requests;

/// <summary>What is about to go before it was consumed, 30051.</summary>
internal sealed class RetentionRequests(BrokerNode node)
{
    public void Register(RequestTable table) => table.Add(RequestCode.ListUnreadAlarms, List);

    private void List(ClientSession session)
    {
        var body = new UnreadAlarmTable
        {
            Alarms = [.. node.UnreadAlarms.Raised.Select(alarm => new UnreadAlarm
            {
                Group = alarm.Group,
                Topic = alarm.Topic,
                Count = alarm.Count,
                FirstGoesAt = alarm.FirstGoesAtMilliseconds,
            })],
            Deleted = node.UnreadAlarms.Deleted,
        };
        session.Reply.Answer(body.WriteTo);
    }
}
