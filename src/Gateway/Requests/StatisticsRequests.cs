using OrleansMq.Broker.Nodes;
using OrleansMq.Broker.Statistics;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Requests;

namespace OrleansMq.Gateway.Requests;

/// <summary>How this broker is, 28, and what it counted, 315.</summary>
internal sealed class StatisticsRequests(BrokerNode node)
{
    public void Register(RequestTable table)
    {
        table.Add(RequestCode.GetBrokerRuntimeInfo, Report);
        table.Add<ViewStatisticsRequest>(RequestCode.ViewBrokerStatsData, ViewStatisticsRequest.TryRead, View);
    }

    /// <summary>The disk is asked how full it is.</summary>
    private void Report(ClientSession session) =>
        session.Defer(reply => reply.Answer(new KvTable { Table = RuntimeReport.Of(node) }.WriteTo));

    private void View(ClientSession session, ViewStatisticsRequest request)
    {
        if (!node.Statistics.TryRead(
            request.Name, request.Key, out StatisticsReading reading, out string? problem))
        {
            session.Refuse(ResponseCode.SystemError, problem);
            return;
        }

        var body = new BrokerStatsData
        {
            StatsMinute = Of(reading.Minute),
            StatsHour = Of(reading.Hour),
            StatsDay = Of(reading.Day),
        };
        session.Reply.Answer(body.WriteTo);
    }

    private static BrokerStatsItem Of(WindowReading window) =>
        new() { Sum = window.Sum, Tps = window.PerSecond, Avgpt = window.PerCall };
}
