using OrleansMq.Broker.Deduplication;

namespace OrleansMq.Broker.Tests.Deduplication;

public sealed class PublishTableTests
{
    private const long Window = 1_000;

    private readonly PublishTable _table = new(3);

    [Theory]
    [InlineData(0, Window, true)]
    [InlineData(999, Window, true)]
    [InlineData(1_000, Window, false)]
    [InlineData(499, 500, true)]
    [InlineData(500, 500, false)]
    [InlineData(999, 5_000, true)]
    [InlineData(1_000, 5_000, false)]
    public void TryFind_FindsAnIdWithinTheShorterOfItsWindowAndTheTopics(long after, long window, bool isFound)
    {
        Put(1, 10, storedAt: 100);
        Assert.Equal(isFound, _table.TryFind(1, 100 + after, window, out PublishedMessage found));
        if (isFound)
            Assert.Equal(10, found.PhysicalOffset);
    }

    [Fact]
    public void TryFind_FindsNothing_UnderAnotherId()
    {
        Put(1, 10);
        Assert.False(_table.TryFind(2, 0, Window, out _));
    }

    [Theory]
    [InlineData(9, false, 10)]
    [InlineData(10, false, 10)]
    [InlineData(11, true, 11)]
    public void Put_TakesTheLaterMessageOfAnId(long physicalOffset, bool isNew, long expected)
    {
        Put(1, 10);
        Assert.Equal(isNew, Put(1, physicalOffset));
        Assert.True(_table.TryFind(1, 0, Window, out PublishedMessage found));
        Assert.Equal((expected, 1), (found.PhysicalOffset, _table.Count));
    }

    [Fact]
    public void Put_TakesNothing_WhoseWindowIsOver()
    {
        Assert.False(_table.Put(1, Message(10, 100), 1_100));
        Assert.True(_table.Put(1, Message(10, 100), 1_099));
    }

    [Fact]
    public void Expire_ForgetsIds_AsTheirWindowsEnd()
    {
        Put(1, 10, storedAt: 0, window: 5_000);
        Put(2, 20, storedAt: 0);
        Put(3, 30, storedAt: 500);

        Assert.False(_table.Expire(999));
        Assert.True(_table.Expire(1_000));
        Assert.Equal(2, _table.Count);
        Assert.False(_table.Messages.ContainsKey(2));
        Assert.True(_table.Expire(1_500));
        Assert.True(_table.Expire(5_000));
        Assert.Equal(0, _table.Count);
    }

    [Fact]
    public void Expire_KeepsAnId_ThatWasPublishedAnew()
    {
        Put(1, 10, storedAt: 0);
        Put(1, 20, storedAt: 900);
        Assert.False(_table.Expire(1_000));
        Assert.True(_table.TryFind(1, 1_000, Window, out PublishedMessage found));
        Assert.Equal(20, found.PhysicalOffset);
    }

    [Fact]
    public void HasRoom_IsFalse_UntilEnoughIdsHaveExpired()
    {
        Put(1, 10, storedAt: 0);
        Put(2, 20, storedAt: 500);
        Assert.True(_table.HasRoom(1, 900));
        Assert.False(_table.HasRoom(2, 999));
        Assert.True(_table.HasRoom(2, 1_000));
        Assert.False(_table.HasRoom(4, 9_000));
    }

    /// <summary>
    /// What is called back and sent again leaves a place in the order of expiry behind each time, for a whole window.
    /// </summary>
    [Fact]
    public void HasRoom_BoundsThePlacesToo_WhenIdsAreForgottenAndComeAgain()
    {
        Put(2, 1);
        for (int time = 10; time < 100; time++)
        {
            Assert.True(_table.HasRoom(1, 0));
            Put(1, time);
            Assert.InRange(_table.Places, 1, 3);
            Assert.True(_table.Remove(1, time));
        }

        Assert.Equal(1, _table.Count);
        Assert.True(_table.Expire(Window));
        Assert.Equal((0, 0), (_table.Count, _table.Places));
    }

    [Theory]
    [InlineData(9, false)]
    [InlineData(10, true)]
    [InlineData(11, false)]
    public void Remove_ForgetsAnId_OfTheMessageAtAPosition(long physicalOffset, bool isForgotten)
    {
        Put(1, 10);
        Assert.False(_table.Remove(2, 10));
        Assert.Equal(isForgotten, _table.Remove(1, physicalOffset));
        Assert.Equal(isForgotten ? 0 : 1, _table.Count);
    }

    private static PublishedMessage Message(long physicalOffset, long storedAt, long window = Window) =>
        new(physicalOffset, physicalOffset + 5, 0, 0, storedAt, window, false);

    private bool Put(int id, long physicalOffset, long storedAt = 0, long window = Window) =>
        _table.Put((UInt128)id, Message(physicalOffset, storedAt, window), storedAt);
}
