using OrleansMq.Broker.Tracing;

namespace OrleansMq.Broker.Tests.Tracing;

public sealed class PendingDeliveriesTests
{
    private readonly PendingDeliveries _pending = new(3);

    [Fact]
    public void Note_JoinsRangesThatTouch_OfTheSameClientAndQueue()
    {
        Assert.True(Note("one", 0, 10, at: 1));
        Assert.True(Note("one", 10, 12, at: 5));
        Assert.True(Note("one", 8, 11, at: 7));

        Assert.Equal([Range("one", 0, 12, 1, 7)], _pending.Ranges);
    }

    [Theory]
    [InlineData("two", "Orders", 0)]
    [InlineData("one", "Other", 0)]
    [InlineData("one", "Orders", 1)]
    public void Note_KeepsRangesApart_OfOthers(string client, string topic, int queueId)
    {
        Note("one", 0, 10, at: 1);
        _pending.Note(DeliveryKind.Delivered, "group", client, topic, queueId, 10, 12, 2);
        Assert.Equal(2, _pending.Ranges.Count);
    }

    [Fact]
    public void Note_KeepsRangesApart_WithMessagesBetweenThem()
    {
        Note("one", 0, 10, at: 1);
        Note("one", 11, 12, at: 2);
        Note("one", 12, 13, at: 3);

        Assert.Equal([Range("one", 0, 10, 1, 1), Range("one", 11, 13, 2, 3)], _pending.Ranges);
    }

    [Fact]
    public void Note_KeepsDeliveriesAndAcknowledgementsApart_AndTheLastOfThese()
    {
        Note("one", 0, 10, at: 1);
        _pending.Note(DeliveryKind.Acknowledged, "group", "one", "Orders", 0, -1, 4, 2);
        _pending.Note(DeliveryKind.Acknowledged, "group", "one", "Orders", 0, -1, 9, 3);

        Assert.Equal(
            [(DeliveryKind.Delivered, 0L, 10L), (DeliveryKind.Acknowledged, -1L, 9L)],
            _pending.Ranges.Select(range => (range.Kind, range.From, range.To)));
    }

    [Fact]
    public void Note_IsRefused_WhenThereIsNoRoom_ButStillJoins()
    {
        for (int client = 0; client < 3; client++)
            Assert.True(Note($"{client}", 0, 1, at: 1));
        Assert.False(Note("3", 0, 1, at: 1));
        Assert.True(Note("2", 1, 2, at: 1));

        Assert.Equal(3, _pending.TakeAll().Length);
        Assert.Empty(_pending.Ranges);
        Assert.True(Note("3", 0, 1, at: 1));
    }

    private bool Note(string client, long from, long to, long at) =>
        _pending.Note(DeliveryKind.Delivered, "group", client, "Orders", 0, from, to, at);

    private static DeliveryRange Range(string client, long from, long to, long first, long last) =>
        new(DeliveryKind.Delivered, "group", client, "Orders", 0, from, to, first, last);
}
