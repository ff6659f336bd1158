using System.Globalization;
using OrleansMq.Broker.Statistics;
using OrleansMq.Broker.Tests.Nodes;
using OrleansMq.Protocol.Codes;

namespace OrleansMq.Broker.Tests.Statistics;

/// <summary>What a broker counts of what happens to it.</summary>
public sealed class BrokerStatisticsTests : IDisposable
{
    private readonly TestBroker _broker = new();

    private BrokerStatistics Statistics => _broker.Node.Statistics;

    [Fact]
    public void Topic_CountsItsMessagesAndBytes()
    {
        _broker.Send("Orders", "first");
        _broker.Send("Orders", "second");
        _broker.Send("Bills", "third");
        _broker.Time.Advance(TimeSpan.FromSeconds(2));

        StatisticsReading orders = Read(StatisticsName.TopicPutCount, "Orders");
        Assert.Equal((new WindowReading(2, 1, 1), 2, 2), (orders.Minute, orders.Hour.Sum, orders.Day.Sum));
        Assert.Equal(1, Read(StatisticsName.TopicPutCount, "Bills").Minute.Sum);
        long bytes = Read(StatisticsName.TopicPutSize, "Orders").Minute.Sum
            + Read(StatisticsName.TopicPutSize, "Bills").Minute.Sum;
        Assert.Equal(bytes, _broker.Node.Store.Log.AppendedUntil);
        Assert.Equal(new WindowReading(3, 1.5, 0), Read(StatisticsName.BrokerPutCount, "DefaultCluster").Minute);
    }

    [Fact]
    public void DelayedMessage_CountsForItsTopic_WhenItIsDelivered()
    {
        _broker.Send("Orders", "later", properties: "DELAY\u00012\u0002");

        Assert.False(Statistics.TryRead(StatisticsName.TopicPutCount, "Orders", out _, out _));
        Assert.Equal(1, Read(StatisticsName.TopicPutCount, "SCHEDULE_TOPIC_XXXX").Minute.Sum);
        Assert.Equal((1.0, 0.0), (Statistics.TimersIn, Statistics.TimersOut));

        _broker.Deliver(TimeSpan.FromSeconds(5));

        Assert.Equal(1, Read(StatisticsName.TopicPutCount, "Orders").Minute.Sum);
        Assert.Equal((0.2, 0.2), (Statistics.TimersIn, Statistics.TimersOut));
    }

    [Fact]
    public void Group_CountsWhatItWasGiven_ByTopic()
    {
        for (int message = 0; message < 5; message++)
            _broker.Send("Orders", "body");
        _broker.Pull("Orders");
        _broker.Pull("Orders", offset: 3);
        _broker.Pull("Orders", offset: 5);
        _broker.Pull("Orders", group: "others");
        _broker.Time.Advance(TimeSpan.FromSeconds(7));

        Assert.Equal(new WindowReading(7, 1, 3.5), Read(StatisticsName.GroupGetCount, "Orders@consumers").Minute);
        Assert.Equal(5, Read(StatisticsName.GroupGetCount, "Orders@others").Minute.Sum);
        Assert.Equal(
            _broker.Node.Store.Log.AppendedUntil, Read(StatisticsName.GroupGetSize, "Orders@others").Minute.Sum);
        Assert.Equal(0, Read(StatisticsName.GroupGetLatency, "Orders@others").Minute.Sum);
        Assert.Equal(12, Read(StatisticsName.BrokerGetCount, "DefaultCluster").Minute.Sum);
        Assert.Equal(1, Statistics.ConsumedPerSecond("Orders", "consumers"));
        Assert.Equal(5, Statistics.GivenUntil("Orders", "consumers", 0));
    }

    [Fact]
    public void HeldPull_CountsForItsGroup_WhenItIsAnswered()
    {
        _broker.Send("Orders", "first");
        TestPull pull = _broker.Hold("Orders", offset: 1);
        Assert.False(Statistics.TryRead(StatisticsName.GroupGetCount, "Orders@consumers", out _, out _));

        _broker.Send("Orders", "second");

        Assert.Equal(ResponseCode.Success, pull.Answers.Single().Code);
        Assert.Equal(1, Read(StatisticsName.GroupGetCount, "Orders@consumers").Minute.Sum);
    }

    [Fact]
    public void SendBack_CountsForTheTopicThatTheMessageWasSentTo()
    {
        _broker.Send("Orders", "bad");
        _broker.SendBack(_broker.Pull("Orders").Records.Single(), maxTimes: 16);
        _broker.Deliver(TimeSpan.FromMinutes(1));
        _broker.SendBack(_broker.Pull("%RETRY%consumers").Records.Single(), maxTimes: 1);

        Assert.Equal(2, Read(StatisticsName.SendBackCount, "Orders@consumers").Hour.Sum);
    }

    [Fact]
    public void Recovery_CountsNothing()
    {
        _broker.Send("Orders", "before");
        _broker.Crash();

        Assert.Equal(default, Statistics.Puts);
        _broker.Send("Orders", "after");
        Assert.Equal(1, Statistics.Puts.Messages);
    }

    [Fact]
    public void RefusedSend_CountsAsFailed()
    {
        _broker.Send("Orders", new string('x', 40_000));

        Assert.Equal((1, 0), (Statistics.FailedPuts, Statistics.Puts.Messages));
    }

    [Fact]
    public void Read_SaysWhatThereIs_WhenTheNameIsUnknown()
    {
        Assert.False(Statistics.TryRead("NOTHING", "Orders", out _, out string? problem));
        Assert.Contains("TOPIC_PUT_NUMS", problem, StringComparison.Ordinal);
        Assert.False(Statistics.TryRead(StatisticsName.BrokerPutCount, "other", out _, out problem));
        Assert.Contains("'other'", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Report_HasTrueNumbers()
    {
        _broker.Send("Orders", "first");
        _broker.Send("Orders", "second", properties: "DELAY\u00012\u0002");
        _broker.Pull("Orders");
        for (int second = 0; second < 10; second++)
        {
            _broker.Time.Advance(TimeSpan.FromSeconds(1));
            _broker.Step("omq-stats");
        }

        Dictionary<string, string> report = RuntimeReport.Of(_broker.Node);

        Assert.Equal("0.2 0.2 0.2", report["putTps"]);
        Assert.Equal("0.1 0.1 0.1", report["getTransferredTps"]);
        Assert.Equal(report["getTransferredTps"], report["getTransferedTps"]);
        Assert.Equal(("2", "1"), (report["msgPutTotalTodayNow"], report["msgGetTotalTodayNow"]));
        Assert.Equal("[ 0 days, 0 hours, 0 minutes, 10 seconds ]", report["runtime"]);
        string end = _broker.Node.Store.Log.AppendedUntil.ToString(CultureInfo.InvariantCulture);
        Assert.Equal((end, "0"), (report["commitLogMaxOffset"], report["commitLogMinOffset"]));
        Assert.Equal((end, end + " B"), (report["putMessageSizeTotal"], report["remainHowManyDataToFlush"]));
        Assert.Equal(("1", "5"), (report["timerCongestNum"], report["timerReadBehind"]));
        Assert.Equal(
            (_broker.Time.Milliseconds - 10_000).ToString(CultureInfo.InvariantCulture),
            report["earliestMessageTimeStamp"]);
    }

    [Fact]
    public void Report_ToldOfADay_AfterMidnight()
    {
        _broker.Send("Orders", "today");
        _broker.Step("omq-stats");
        _broker.Time.Advance(TimeSpan.FromDays(1));
        _broker.Step("omq-stats");
        _broker.Send("Orders", "tomorrow");
        _broker.Send("Orders", "tomorrow");

        Dictionary<string, string> report = RuntimeReport.Of(_broker.Node);
        Assert.Equal(
            ("0", "1", "3"),
            (report["msgPutTotalYesterdayMorning"], report["msgPutTotalTodayMorning"], report["msgPutTotalTodayNow"]));
    }

    [Fact]
    public void Counters_AreLimited_ByTheOption()
    {
        using var broker = new TestBroker(options => options.Statistics.MaxItems = 1);
        broker.Send("Orders", "counted");
        broker.Send("Bills", "only altogether");

        BrokerStatistics statistics = broker.Node.Statistics;
        Assert.True(statistics.TryRead(StatisticsName.TopicPutCount, "Orders", out _, out _));
        Assert.False(statistics.TryRead(StatisticsName.TopicPutCount, "Bills", out _, out _));
        Assert.Equal(2, statistics.Puts.Messages);
    }

    public void Dispose() => _broker.Dispose();

    private StatisticsReading Read(string name, string key)
    {
        Assert.True(Statistics.TryRead(name, key, out StatisticsReading reading, out string? problem), problem);
        return reading;
    }
}
