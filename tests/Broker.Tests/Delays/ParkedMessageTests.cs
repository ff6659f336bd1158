using OrleansMq.Broker.Delays;
using OrleansMq.Messages.Properties;

namespace OrleansMq.Broker.Tests.Delays;

public sealed class ParkedMessageTests
{
    private static readonly byte[] Sent =
        Block(
            ("KEYS", "k"), ("DELAY", "3"), ("TIMER_DELIVER_MS", "5"), ("TIMER_FROM", "9"), ("TIMER_FIRST", "8"));

    [Fact]
    public void Park_NotesWhereAndWhen()
    {
        byte[] parked = ParkedMessage.Park(Sent, "Orders"u8, 2, 1_234);
        Assert.Equal(
            new Dictionary<string, string>
            {
                ["KEYS"] = "k",
                ["DELAY"] = "3",
                ["TIMER_DELIVER_MS"] = "5",
                ["REAL_TOPIC"] = "Orders",
                ["REAL_QID"] = "2",
                ["TIMER_OUT_MS"] = "1234",
            },
            PropertyBlock.ToDictionary(parked));
    }

    [Fact]
    public void TryRead_ReadsWhatParkNoted()
    {
        Assert.True(ParkedMessage.TryRead(ParkedMessage.Park(Sent, "Orders"u8, 2, 1_234), out ParkedMessage parked));
        Assert.Equal("Orders"u8, parked.Topic);
        Assert.Equal((2, 1_234), (parked.QueueId, parked.DueMilliseconds));
    }

    [Theory]
    [InlineData("", "2", "1234")]
    [InlineData("Orders", "-2", "1234")]
    [InlineData("Orders", "4294967296", "1234")]
    [InlineData("Orders", "2", "soon")]
    [InlineData("Orders", "2", "9223372036854775808")]
    public void TryRead_IsFalse_WhenAPropertyIsWrong(string topic, string queueId, string due) => Assert.False(
        ParkedMessage.TryRead(Block(("REAL_TOPIC", topic), ("REAL_QID", queueId), ("TIMER_OUT_MS", due)), out _));

    [Fact]
    public void TryRead_IsFalse_WhenTheMessageIsNotParked() => Assert.False(ParkedMessage.TryRead(Sent, out _));

    [Fact]
    public void Deliver_LeavesOnlyWhereItCameFrom()
    {
        byte[] delivered = ParkedMessage.Deliver(ParkedMessage.Park(Sent, "Orders"u8, 2, 1_234), 777);
        Assert.Equal(
            new Dictionary<string, string> { ["KEYS"] =
                "k", ["TIMER_FROM"] = "777" }, PropertyBlock.ToDictionary(delivered));
        Assert.True(ParkedMessage.TryReadDeliveredFrom(delivered, out long physicalOffset));
        Assert.Equal(777, physicalOffset);
    }

    [Fact]
    public void Roll_KeepsWhereTheMessageWasParkedFirst()
    {
        byte[] parked = ParkedMessage.Park(Sent, "Orders"u8, 2, 1_234);
        byte[] second = ParkedMessage.Roll(parked, 777, 1_234);
        byte[] third = ParkedMessage.Roll(second, 888, 1_234);

        Assert.Equal(777, ParkedMessage.FirstOf(parked, 777));
        Assert.Equal((777, 777), (ParkedMessage.FirstOf(second, 888), ParkedMessage.FirstOf(third, 999)));
        Assert.True(ParkedMessage.TryReadDeliveredFrom(third, out long from));
        Assert.Equal(888, from);
        Assert.Equal(
            new Dictionary<string, string>
            {
                ["TIMER_FROM"] = "999", ["TIMER_FIRST"] = "777", ["REAL_TOPIC"] = "Orders", ["UNIQ_KEY"] = "A",
            },
            PropertyBlock.ToDictionary(ParkedMessage.Recall(third, 999, "Orders"u8, "A"u8)));
        Assert.Equal(
            new Dictionary<string, string> { ["KEYS"] = "k", ["TIMER_FROM"] = "999" },
            PropertyBlock.ToDictionary(ParkedMessage.Deliver(third, 999)));
    }

    [Fact]
    public void TryReadDeliveredFrom_IsFalse_WhenTheMessageNeverWaited() =>
        Assert.False(ParkedMessage.TryReadDeliveredFrom(Block(("KEYS", "k")), out _));

    [Theory]
    [InlineData("TIMER_FROM", true)]
    [InlineData("TIMER_FIRST", true)]
    [InlineData("TIMER_OUT_MS", true)]
    [InlineData("REAL_TOPIC", true)]
    [InlineData("REAL_QID", true)]
    [InlineData("TIMER_DELIVER_MS", false)]
    [InlineData("RETRY_TOPIC", false)]
    [InlineData("TAGS", false)]
    public void HasBrokerProperties_KnowsThem(string name, bool expected)
    {
        byte[] block = Block(("KEYS", "k"), (name, "1"));
        Assert.Equal(expected, ParkedMessage.HasBrokerProperties(block));
        Assert.Equal(
            !expected, PropertyBlock.ToDictionary(ParkedMessage.WithoutBrokerProperties(block)).ContainsKey(name));
    }

    private static byte[] Block(params (string Name, string Value)[] pairs) =>
        PropertyBlock.FromPairs(pairs.Select(pair => KeyValuePair.Create(pair.Name, pair.Value)));
}
