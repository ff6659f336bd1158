using System.Globalization;
using System.Reflection;
using OrleansMq.Broker.Nodes;
using OrleansMq.Protocol.Codes;
using OrleansMq.Storage;
using OrleansMq.Storage.CommitLogs;
using OrleansMq.Storage.Files;

namespace OrleansMq.Broker.Statistics;

/// <summary>
/// How the broker is, as keys and values that mqadmin and rocketmq-exporter know. What RocketMQ has and this broker has
/// not, such as thread pools and their queues, is 0; docs/reference/statistics.md says of each key what it means here.
/// </summary>
public static class RuntimeReport
{
    private static readonly string[] ThreadPools = ["send", "pull", "litePull", "query", "ack"];

    /// <summary>What the broker calls itself.</summary>
    public static string VersionText { get; } = "OrleansMq-" + VersionOf(typeof(RuntimeReport).Assembly);

    /// <summary>The report. Asks the disk how full it is.</summary>
    public static Dictionary<string, string> Of(BrokerNode node)
    {
        var report = new Dictionary<string, string>(StringComparer.Ordinal);
        AddIdentity(node, report);
        AddPuts(node.Statistics, report);
        AddRates(node.Statistics, report);
        AddDays(node.Statistics, report);
        AddStore(node.Store, report);
        AddWaiting(node, report);
        AddThreadPools(report);
        return report;
    }

    private static void AddIdentity(BrokerNode node, Dictionary<string, string> report)
    {
        TimeSpan running = node.Statistics.Running;
        report["brokerVersionDesc"] = VersionText;
        report["brokerVersion"] = Text(ProtocolVersions.Current);
        report["brokerActive"] = node.Store.Log.Failure is null && !node.Sender.IsDraining ? "true" : "false";
        report["bootTimestamp"] = Text(node.Statistics.StartedAtMilliseconds);
        report["startAcceptSendRequestTimeStamp"] = Text(node.Statistics.StartedAtMilliseconds);
        report["runtime"] = string.Create(
            CultureInfo.InvariantCulture,
            $"[ {running.Days} days, {running.Hours} hours, {running.Minutes} minutes, {running.Seconds} seconds ]");
    }

    private static void AddPuts(BrokerStatistics statistics, Dictionary<string, string> report)
    {
        FlowTotals puts = statistics.Puts;
        report["putMessageTimesTotal"] = Text(puts.Messages);
        report["putMessageSizeTotal"] = Text(puts.Bytes);
        report["putMessageAverageSize"] = Text(puts.Messages == 0 ? 0 : (double)puts.Bytes / puts.Messages);
        report["putMessageFailedTimes"] = Text(statistics.FailedPuts);
        report["putMessageEntireTimeMax"] = Text(statistics.PutLatency.MaxMicroseconds / 1_000);
        report["putMessageDistributeTime"] = statistics.PutLatency.ToString();
        report["putLatency99"] = Text(statistics.PutLatency.Percentile(0.99));
        report["putLatency999"] = Text(statistics.PutLatency.Percentile(0.999));
        report["getMessageEntireTimeMax"] = Text(statistics.LongestGetMicroseconds / 1_000);
    }

    private static void AddRates(BrokerStatistics statistics, Dictionary<string, string> report)
    {
        BrokerRates rates = statistics.ReadRates();
        report["putTps"] = rates.Puts;
        report["getFoundTps"] = rates.GetsFound;
        report["getMissTps"] = rates.GetsMissed;
        report["getTotalTps"] = rates.Gets;

        // 4.x misspells it, 5.x does not.
        report["getTransferedTps"] = rates.Given;
        report["getTransferredTps"] = rates.Given;
    }

    private static void AddDays(BrokerStatistics statistics, Dictionary<string, string> report)
    {
        (DayTotals yesterday, DayTotals today) = statistics.ReadDays();
        report["msgPutTotalYesterdayMorning"] = Text(yesterday.Puts);
        report["msgPutTotalTodayMorning"] = Text(today.Puts);
        report["msgPutTotalTodayNow"] = Text(statistics.Puts.Messages);
        report["msgGetTotalYesterdayMorning"] = Text(yesterday.Gets);
        report["msgGetTotalTodayMorning"] = Text(today.Gets);
        report["msgGetTotalTodayNow"] = Text(statistics.Gets.Messages);
    }

    private static void AddStore(MessageStore store, Dictionary<string, string> report)
    {
        CommitLog log = store.Log;
        DiskSpace disk = store.DiskSpace;
        report["commitLogMinOffset"] = Text(log.MinOffset);
        report["commitLogMaxOffset"] = Text(log.AppendedUntil);
        report["earliestMessageTimeStamp"] = Text(store.EarliestTimestamp);
        report["commitLogDiskRatio"] = Text(disk.UsedRatio);
        report["consumeQueueDiskRatio"] = Text(disk.UsedRatio);
        report["commitLogDirCapacity"] = $"Total : {Bytes(disk.TotalBytes)}, Free : {Bytes(disk.AvailableBytes)}.";
        report["dispatchBehindBytes"] = Text(Math.Max(0, log.AppendedUntil - store.Dispatcher.DispatchedUntil));

        // The exporter takes the number for bytes, whatever unit follows.
        report["remainHowManyDataToFlush"] = Text(Math.Max(0, log.AppendedUntil - log.FlushedUntil)) + " B";
    }

    private static void AddWaiting(BrokerNode node, Dictionary<string, string> report)
    {
        report["timerReadBehind"] = Text(node.Delayed.OverdueMilliseconds / 1_000);
        report["timerOffsetBehind"] = "0";
        report["timerCongestNum"] = Text(node.Delayed.Count);
        report["timerEnqueueTps"] = Text(node.Statistics.TimersIn);
        report["timerDequeueTps"] = Text(node.Statistics.TimersOut);
        report["openTransactions"] = Text(node.Transactions.Count);
        report["heldPulls"] = Text(node.Puller.HeldCount);
    }

    private static void AddThreadPools(Dictionary<string, string> report)
    {
        foreach (string pool in ThreadPools)
        {
            report[pool + "ThreadPoolQueueSize"] = "0";
            report[pool + "ThreadPoolQueueCapacity"] = "0";
            report[pool + "ThreadPoolQueueHeadWaitTimeMills"] = "0";
        }

        report["EndTransactionQueueSize"] = "0";
        report["EndTransactionThreadPoolQueueCapacity"] = "0";
        report["pageCacheLockTimeMills"] = "0";
        report["dispatchMaxBuffer"] = "0";
        report["remainTransientStoreBufferNumbs"] = "0";
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Text(double number) => number.ToString("0.####", CultureInfo.InvariantCulture);

    /// <summary>Bytes for people, in units of 1,024, as the exporter can read them.</summary>
    private static string Bytes(long bytes)
    {
        const string Units = "KMGTPE";
        double shown = bytes;
        int unit = -1;
        while (shown >= 1_024 && unit < Units.Length - 1)
        {
            shown /= 1_024;
            unit++;
        }

        return unit < 0
            ? Text(bytes) + " B"
            : string.Create(CultureInfo.InvariantCulture, $"{shown:0.0} {Units[unit]}iB");
    }

    private static string VersionOf(Assembly assembly)
    {
        string version = assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
            ?? "unknown";
        return version.Split('+')[0];
    }
}
