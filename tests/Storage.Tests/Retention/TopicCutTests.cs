using OrleansMq.Storage.Retention;
using OrleansMq.Storage.Tests.Recovery;
using OrleansMq.Storage.Tests.Stores;

namespace OrleansMq.Storage.Tests.Retention;

public sealed class TopicCutTests : IDisposable
{
    private readonly TestStore _test = new();

    [Fact]
    public void Clean_CutsWhatIsOlderThanItsTopicIsKept_AndNothingElse()
    {
        _test.Send(UncleanStopTests.Series("A", 0, 3));
        _test.Send(UncleanStopTests.Series("B", 0, 3));
        _test.Time.Advance(TimeSpan.FromMinutes(61));
        _test.Send(UncleanStopTests.Series("A", 0, 2, from: 3));
        Rules rules = Clean(new TopicRetention("A", TimeSpan.FromHours(1), null));

        Assert.Equal((3, 0), (MinOf("A"), MinOf("B")));
        Assert.Equal([3, 4], _test.Store.ReadAll("A", 0).Select(found => found.Offset));
        Assert.Equal(3, _test.Store.ReadAll("B", 0).Count);
        QueueCut cut = Assert.Single(rules.Cuts);
        Assert.Equal(("A", 0, 3L), (cut.Topic, cut.QueueId, cut.MinOffset));
    }

    [Fact]
    public void Clean_CutsNothing_OfAMessageThatIsAsOldAsItsTopicIsKept()
    {
        _test.Send(UncleanStopTests.Series("A", 0, 3));
        _test.Time.Advance(TimeSpan.FromHours(1) - TimeSpan.FromSeconds(10));
        Clean(new TopicRetention("A", TimeSpan.FromHours(1), null));
        Assert.Equal(0, MinOf("A"));
        _test.Time.Advance(TimeSpan.FromSeconds(10));
        Clean(new TopicRetention("A", TimeSpan.FromHours(1), null));
        Assert.Equal(3, MinOf("A"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void MinOffset_DoesNotGoBack(bool isKilled)
    {
        _test.Send(UncleanStopTests.Series("A", 0, 3));
        _test.Store.Flush();
        _test.Time.Advance(TimeSpan.FromHours(2));
        _test.Send(UncleanStopTests.Series("A", 0, 1, from: 3));
        Clean(new TopicRetention("A", TimeSpan.FromHours(1), null));

        if (!isKilled)
        {
            _test.Reopen();
            Assert.Equal(3, MinOf("A"));
            return;
        }

        using TestStore killed = _test.Killed();
        killed.Open();
        Assert.Equal(3, killed.Store.Queues.Get("A", 0).GetMinOffset());
        Assert.Equal([3], killed.Store.ReadAll("A", 0).Select(found => found.Offset));
    }

    [Fact]
    public void Clean_KeepsTheNewestBytes_OfAllQueuesOfATopicTogether()
    {
        long[] positions = _test.Send(
            new Message("A", 0, "oldest"), new Message("A", 1, "older"), new Message("B", 0, "other"),
            new Message("A", 0, "newer"), new Message("A", 1, "newest"));
        long kept = _test.Store.Log.AppendedUntil - positions[3];
        Clean(new TopicRetention("A", null, kept));
        Assert.Equal((1, 1), (MinOf("A"), MinOf("A", 1)));

        Clean(new TopicRetention("A", null, kept - 1));
        Assert.Equal((2, 1), (MinOf("A"), MinOf("A", 1)));
        Assert.Equal(0, MinOf("B"));
    }

    [Fact]
    public void Clean_CountsWhatCame_AndWhatWentWithItsFile()
    {
        var rule = new TopicRetention("A", null, 100_000);
        for (int round = 0; round < 40; round++)
        {
            _test.Send(new Message("A", round % 2, new string('x', 7_000)));
            _test.Send(new Message("Noise", 0, new string('x', 7_000)));
            _test.Store.Flush();
            _test.Store.Checkpoint();
            _test.Time.Advance(TimeSpan.FromHours(3));
            Clean(rule);
        }

        // 14 messages of 7,000 bytes and some more go into 100,000, of which the store keeps 24 for 72 hours.
        Assert.True(_test.Store.Log.MinOffset > 0);
        long left = _test.Store.Queues.QueuesOf("A").Sum(queue => queue.MaxOffset - queue.GetMinOffset());
        Assert.Equal(14, left);
    }

    [Fact]
    public void Clean_CutsNothing_WhenTheDiskHasNoSpaceToNoteIt()
    {
        var disk = new FullDisks.FullDisk();
        disk.Store.Append(new Message("A", 0, "old"));
        disk.Store.Flush();
        disk.Store.Checkpoint();
        disk.Time.Advance(TimeSpan.FromHours(2));
        var rules = new Rules(new TopicRetention("A", TimeSpan.FromHours(1), null));
        disk.Store.Retention = rules;
        disk.Fill();
        disk.Store.Worker("omq-clean").PumpOnce();
        Assert.Equal(0, disk.Store.Queues.Get("A", 0).GetMinOffset());
        Assert.Empty(rules.Cuts);

        disk.Free();
        disk.Store.Worker("omq-clean").PumpOnce();
        Assert.Equal(1, disk.Store.Queues.Get("A", 0).GetMinOffset());
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 1)]
    public void File_StaysWhileItHoldsAMessageThatIsKeptForLonger(bool isExpired, int deleted)
    {
        _test.Send(new Message("Long", 0, "kept"));
        for (int index = 0; index < 12; index++)
            _test.Send(new Message("Short", 0, new string('x', 10_000)));
        _test.Store.Flush();
        _test.Time.Advance(isExpired ? TimeSpan.FromHours(101) : TimeSpan.FromHours(99));
        _test.Send(new Message("Short", 0, "now"));
        _test.Store.Checkpoint();
        Clean(new TopicRetention("Long", TimeSpan.FromHours(100), null));
        Clean(new TopicRetention("Long", TimeSpan.FromHours(100), null));

        Assert.Equal(deleted, _test.Store.Log.MinOffset / _test.Options.CommitLogFileBytes);
        Assert.Equal(isExpired ? 0 : 1, _test.Store.ReadAll("Long", 0).Count);
    }

    [Fact]
    public void Topic_BeginsWhereItWasCut_WhenItIsDeletedAfterwards()
    {
        _test.Send(UncleanStopTests.Series("A", 0, 3));
        _test.Time.Advance(TimeSpan.FromHours(2));
        Clean(new TopicRetention("A", TimeSpan.FromHours(1), 1));
        _test.Store.Queues.DeleteTopic("A");
        _test.Send(new Message("A", 0, "new"));
        Clean(new TopicRetention("A", TimeSpan.FromHours(1), 1_000));

        Assert.Equal((3, 4), (MinOf("A"), _test.Store.Queues.Get("A", 0).MaxOffset));
    }

    public void Dispose() => _test.Dispose();

    private long MinOf(string topic, int queueId = 0) => _test.Store.Queues.Get(topic, queueId).GetMinOffset();

    /// <summary>Lets an interval pass, and the cleaner do what it can.</summary>
    private Rules Clean(params TopicRetention[] topics)
    {
        var rules = new Rules(topics);
        _test.Store.Retention = rules;
        _test.Time.Advance(TimeSpan.FromSeconds(10));
        while (_test.Store.Worker("omq-clean").PumpOnce() < TimeSpan.FromSeconds(1))
        {
        }

        return rules;
    }

    private sealed class Rules(params TopicRetention[] topics) : IRetentionRules
    {
        public IReadOnlyList<TopicRetention> Topics => topics;

        public List<QueueCut> Cuts { get; } = [];

        public void BeforeDelete(IReadOnlyList<QueueCut> cuts) => Cuts.AddRange(cuts);

        public void BeforeDelete(long end, string reason)
        {
            // Nobody to tell.
        }
    }
}
