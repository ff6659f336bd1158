using System.Globalization;

namespace OrleansMq.Gateway.Tests.Requests;

/// <summary>
/// Reads the answer to 28 as rocketmq-exporter does, which gives the whole broker up when a key is missing or no
/// number.
/// </summary>
internal sealed class ExporterReport
{
    private static readonly string[] WholeNumbers =
    [
        "msgPutTotalTodayNow", "sendThreadPoolQueueHeadWaitTimeMills", "queryThreadPoolQueueHeadWaitTimeMills",
        "msgGetTotalTodayNow", "queryThreadPoolQueueSize", "bootTimestamp", "msgPutTotalYesterdayMorning",
        "msgGetTotalYesterdayMorning", "pullThreadPoolQueueSize", "commitLogMinOffset",
        "pullThreadPoolQueueHeadWaitTimeMills", "dispatchMaxBuffer", "brokerVersion", "pageCacheLockTimeMills",
        "commitLogMaxOffset", "getMessageEntireTimeMax", "msgPutTotalTodayMorning", "putMessageTimesTotal",
        "msgGetTotalTodayMorning", "sendThreadPoolQueueSize", "startAcceptSendRequestTimeStamp",
        "putMessageEntireTimeMax", "earliestMessageTimeStamp", "remainTransientStoreBufferNumbs",
        "queryThreadPoolQueueCapacity", "dispatchBehindBytes", "putMessageSizeTotal", "sendThreadPoolQueueCapacity",
        "pullThreadPoolQueueCapacity",
    ];

    private static readonly string[] Numbers =
    [
        "consumeQueueDiskRatio", "commitLogDiskRatio", "putMessageAverageSize", "putLatency99", "putLatency999",
    ];

    private static readonly string[] Rates =
        ["putTps", "getMissTps", "getTransferredTps", "getTransferedTps", "getTotalTps", "getFoundTps"];

    private readonly Dictionary<string, string> _table;

    public ExporterReport(Dictionary<string, string> table)
    {
        _table = table;
        foreach (string key in WholeNumbers)
            _ = Whole(key);
        foreach (string key in Numbers)
            _ = Number(table[key]);
        foreach (string key in Rates)
            Assert.Equal(3, table[key].Split(' ').Select(Number).Count());

        Assert.NotEmpty(table["runtime"]);
        Assert.NotEmpty(table["brokerVersionDesc"]);
        _ = Number(table["remainHowManyDataToFlush"].Split(' ')[0]);
        string[] capacity = table["commitLogDirCapacity"].Split(' ');
        Assert.Equal(("Total", "Free"), (capacity[0], capacity[4]));
        DiskBytes = Bytes(capacity[2], capacity[3][..^1]);
        FreeBytes = Bytes(capacity[6], capacity[7][..^1]);
        Sends = table["putMessageDistributeTime"].Trim().Split(' ').Select(group => group.Split(':'))
            .ToDictionary(parts => parts[0], parts => int.Parse(parts[1], CultureInfo.InvariantCulture));
    }

    public double DiskBytes { get; }

    public double FreeBytes { get; }

    /// <summary>The sends by how long they took.</summary>
    public Dictionary<string, int> Sends { get; }

    public long Whole(string key) => long.Parse(_table[key], CultureInfo.InvariantCulture);

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static double Bytes(string number, string unit) =>
        unit == "B" ? Number(number) : Number(number) * Math.Pow(1024, "KMGTPE".IndexOf(unit[0]) + 1);
}
