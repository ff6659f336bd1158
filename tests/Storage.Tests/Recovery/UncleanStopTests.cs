using OrleansMq.Storage.CommitLogs;
using OrleansMq.Storage.Tests.Stores;

namespace OrleansMq.Storage.Tests.Recovery;

/// <summary>What is there again after the process died, with what it wrote still in the page cache.</summary>
public sealed class UncleanStopTests
{
    [Fact]
    public void Open_FindsEveryMessage_WhenKilled()
    {
        using var test = new TestStore();
        test.Send(Series("A", 0, 40));
        test.Store.Flush();
        test.Store.Checkpoint();
        test.Send(Series("A", 0, 40, from: 40));
        test.Send(Series("B", 1, 3));

        using TestStore killed = test.Killed();
        killed.Open();

        Assert.Equal(Series("A", 0, 80), Bodies(killed, "A", 0));
        Assert.Equal(Series("B", 1, 3), Bodies(killed, "B", 1));
        Assert.Equal(test.Store.FindByKey("A", "A0-41"), killed.Store.FindByKey("A", "A0-41"));
        Assert.Equal(test.Store.Log.AppendedUntil, killed.Store.Log.AppendedUntil);
    }

    [Fact]
    public void Append_GoesOnCounting_WhenKilled()
    {
        using var test = new TestStore();
        test.Send(Series("A", 0, 5));
        using TestStore killed = test.Killed();
        killed.Open();

        AppendResult result = killed.Store.Append(new Message("A", 0, "next"));

        Assert.Equal(5, result.QueueOffset);
    }

    [Fact]
    public void Open_FindsMessagesOfBothLives_WhenKilledTwice()
    {
        using var test = new TestStore();
        test.Send(Series("A", 0, 30));
        using TestStore once = test.Killed();
        once.Open();
        once.Send(Series("A", 0, 30, from: 30));
        using TestStore twice = once.Killed();
        twice.Open();

        Assert.Equal(Series("A", 0, 60), Bodies(twice, "A", 0));
        Assert.Equal([.. Enumerable.Range(0, 60).Select(number => (long)number)], twice.Store.ReadAll("A", 0).Select(found => found.Offset));
    }

    [Fact]
    public void Open_DispatchesConfirmedRecords_WhenKilledBeforeDispatch()
    {
        using var test = new TestStore();
        test.Store.Append(new Message("A", 0, "never dispatched", "key"));
        using TestStore killed = test.Killed();

        killed.Open();

        Assert.Equal("never dispatched", Assert.Single(Bodies(killed, "A", 0)).Body);
        Assert.Single(killed.Store.FindByKey("A", "key"));
    }

    [Fact]
    public void Open_CutsAndWipesTail_WhenLastRecordIsTorn()
    {
        using var test = new TestStore();
        long[] positions = test.Send(Series("A", 0, 3));
        long end = test.Store.Log.AppendedUntil;
        using TestStore killed = test.Killed();
        FileDamage.Zero(killed.LogPath(), end - 30, 30);

        killed.Open();

        Assert.Equal(Series("A", 0, 2), Bodies(killed, "A", 0));
        Assert.Equal(positions[2], killed.Store.Log.AppendedUntil);
        Assert.Equal(1, killed.Logger.Count(1002));
        killed.Close();
        Assert.All(File.ReadAllBytes(killed.LogPath())[(int)positions[2]..], value => Assert.Equal(0, value));
    }

    [Fact]
    public void Open_BringsNothingStaleBack_WhenTailWasTornThreeGenerationsAgo()
    {
        using var test = new TestStore();
        long[] positions = test.Send(Series("A", 0, 3));
        using TestStore first = test.Killed();
        FileDamage.Zero(first.LogPath(), positions[1], 8);
        first.Open();
        Assert.Equal(positions[1], first.Store.Log.AppendedUntil);

        // Same length as the lost one: what lay behind it would fit again.
        first.Send(new Message("A", 0, "B0-1", "B0-1"));
        Assert.Equal(positions[2], first.Store.Log.AppendedUntil);
        using TestStore second = first.Killed();
        second.Open();
        using TestStore third = second.Killed();
        third.Open();

        Assert.Equal(["A0-0", "B0-1"], Bodies(third, "A", 0).Select(message => message.Body));
        Assert.Equal(positions[2], third.Store.Log.AppendedUntil);
        Assert.Empty(third.Store.FindByKey("A", "A0-2"));
    }

    [Fact]
    public void Open_RebuildsEverything_WhenCheckpointIsMissing()
    {
        using var test = new TestStore();
        test.Send(Series("A", 0, 100));
        test.Reopen(() => File.Delete(test.PathOf("checkpoint")));

        Assert.Equal(1, test.Logger.Count(1004));
        Assert.Equal(Series("A", 0, 100), Bodies(test, "A", 0));
        Assert.Single(test.Store.FindByKey("A", "A0-7"));
        Assert.Equal(100, test.Store.Append(new Message("A", 0, "next")).QueueOffset);
    }

    [Theory]
    [InlineData(512)]
    [InlineData(1024)]
    public void Open_UsesOtherCopy_WhenOneOfTheCheckpointIsDamaged(int copyAt)
    {
        using var test = new TestStore();
        for (int round = 0; round < 2; round++)
        {
            test.Send(Series("A", 0, 10, from: round * 10));
            test.Store.Flush();
            test.Time.Advance(TimeSpan.FromSeconds(20));
            test.Store.Checkpoint();
        }

        test.Send(Series("A", 0, 10, from: 20));
        using TestStore killed = test.Killed();
        FileDamage.FlipBit(killed.PathOf("checkpoint"), copyAt + 22);
        killed.Open();

        Assert.Equal(0, killed.Logger.Count(1004));
        Assert.Equal(Series("A", 0, 30), Bodies(killed, "A", 0));
        Assert.All(Enumerable.Range(0, 30), number => Assert.Single(killed.Store.FindByKey("A", $"A0-{number}")));
    }

    [Fact]
    public void Open_RebuildsEverything_WhenBothCopiesOfTheCheckpointAreDamaged()
    {
        using var test = new TestStore();
        test.Send(Series("A", 0, 30));
        test.Reopen(() => FileDamage.Zero(test.PathOf("checkpoint"), 512, 1024));

        Assert.Equal(1, test.Logger.Count(1004));
        Assert.Equal(Series("A", 0, 30), Bodies(test, "A", 0));
        Assert.Single(test.Store.FindByKey("A", "A0-29"));
    }

    internal static Message[] Series(string topic, int queueId, int count, int from = 0) =>
    [
        .. Enumerable.Range(from, count).Select(number =>
            new Message(topic, queueId, $"{topic}{queueId}-{number}", $"{topic}{queueId}-{number}")),
    ];

    internal static IEnumerable<Message> Bodies(TestStore test, string topic, int queueId) =>
        test.Store.ReadAll(topic, queueId).Select(found => found.Message);
}
