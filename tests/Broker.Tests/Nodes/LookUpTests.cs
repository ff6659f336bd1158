using OrleansMq.Protocol.Remoting;
using OrleansMq.Protocol.Requests;

namespace OrleansMq.Broker.Tests.Nodes;

/// <summary>Messages by key: exactly those that carry it and were stored in time.</summary>
public sealed class LookUpTests : IDisposable
{
    private readonly TestBroker _broker = new();

    [Fact]
    public void Find_LeavesOutWhatOnlyHasTheSameHash()
    {
        Send("first", "Aa");
        Send("second", "BB");
        Send("third", "Aa AaBB");
        Send("fourth", "BBAa");

        Assert.Equal(["third", "first"], Find("Aa"));
        Assert.Equal(["second"], Find("BB"));
        Assert.Equal(["third"], Find("AaBB"));
        Assert.Equal(["fourth"], Find("BBAa"));
        Assert.Empty(Find("BBBB"));
    }

    [Fact]
    public void Find_ReachesAnOldMessage_BehindManyNewOnesWithTheSameHash()
    {
        Send("wanted", "Aa");
        for (int number = 0; number < 150; number++)
            Send($"{number}", "BB");

        Assert.Equal(["wanted"], Find("Aa", maxCount: 1));
    }

    [Fact]
    public void Find_GivesNoMoreThanWanted_TheNewestFirst()
    {
        for (int number = 0; number < 100; number++)
            Send($"{number}", "k");

        Assert.Equal(["99", "98", "97"], Find("k", maxCount: 3));
        Assert.Equal(["99"], Find("k", maxCount: 0));
        Assert.Equal(64, Find("k", maxCount: 1_000).Length);
    }

    [Theory]
    [InlineData(0, 0, true)]
    [InlineData(-1, 1, true)]
    [InlineData(1, 1_000, false)]
    [InlineData(-1_000, -1, false)]
    [InlineData(long.MinValue / 2, long.MaxValue / 2, true)]
    [InlineData(1, -1, false)]
    public void Find_KeepsToTheTime_ToTheMillisecond(long fromStored, long untilStored, bool isFound)
    {
        _broker.Time.Advance(TimeSpan.FromMilliseconds(357));
        Send("before", "other");
        _broker.Time.Advance(TimeSpan.FromMilliseconds(500));
        Send("wanted", "k");
        long stored = _broker.Time.Milliseconds;

        Assert.Equal(
            isFound ? ["wanted"] : [], Find("k", begin: stored + fromStored, end: stored + untilStored));
    }

    [Fact]
    public void Find_GivesAMessageOnce_ThatRepeatsItsKeyOrCarriesItsIdAsOne()
    {
        _broker.Send("Orders", "once", properties: "KEYS\u0001id id k\u0002UNIQ_KEY\u0001id\u0002");
        Assert.Equal(["once"], Find("id"));
    }

    [Fact]
    public void Find_ComparesIdentifiersOnly_WhenTheQueryIsForOne()
    {
        _broker.Send("Orders", "its own", properties: "UNIQ_KEY\u0001id\u0002");
        _broker.Send("Orders", "names it", properties: "KEYS\u0001id\u0002UNIQ_KEY\u0001other\u0002");

        Assert.Equal(["names it", "its own"], Find("id"));
        Assert.Equal(["its own"], Find("id", isUniqueKeyQuery: true, maxCount: 1));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Find_GivesTheSame_AfterAStopOrAKill(bool isKilled)
    {
        for (int number = 0; number < 300; number++)
            Send($"{number}", $"k{number % 100}");
        string[] before = Find("k7");
        if (isKilled)
            _broker.Crash();
        else
            _broker.Reopen();

        Assert.Equal(["207", "107", "7"], before);
        Assert.Equal(before, Find("k7"));
    }

    public void Dispose() => _broker.Dispose();

    private void Send(string body, string keys) =>
        _broker.Send("Orders", body, properties: $"KEYS\u0001{keys}\u0002");

    private string[] Find(
        string key, int maxCount = 32, long begin = 0, long end = long.MaxValue, bool isUniqueKeyQuery = false)
    {
        using var output = new OutputBuffer();
        int count = _broker.Node.Queries.FindByKey(
            new QueryMessageRequest("Orders", key, maxCount, begin, end, isUniqueKeyQuery), output);
        ReceivedRecord[] found = ReceivedRecord.ReadAll(output.WrittenSpan);
        Assert.Equal(count, found.Length);
        return [.. found.Select(record => record.Body)];
    }
}
