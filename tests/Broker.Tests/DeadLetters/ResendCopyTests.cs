using OrleansMq.Broker.DeadLetters;
using OrleansMq.Messages.Properties;

namespace OrleansMq.Broker.Tests.DeadLetters;

public sealed class ResendCopyTests
{
    private static readonly (string Name, string Value)[] Letter =
    [
        ("TAGS", "a"), ("KEYS", "k"), ("UNIQ_KEY", "U"), ("RETRY_TOPIC", "Orders"), ("ORIGIN_MESSAGE_ID", "ID1"),
        ("DLQ_ORIGIN_TOPIC", "Orders"), ("DLQ_ORIGIN_MESSAGE_ID", "ID1"), ("DLQ_REASON", "ATTEMPTS_USED_UP"),
        ("DLQ_ATTEMPTS", "17"), ("DLQ_CONSUMER", "one"), ("DELAY", "3"), ("TIMER_FROM", "9"),
        ("RECONSUME_TIME", "16"), ("MAX_RECONSUME_TIMES", "16"),
    ];

    [Fact]
    public void Properties_KeepTheOrigin_AndNameTheDeadLetter_ForTheGroup() => AssertProperties(
        [
            ("TAGS", "a"), ("KEYS", "k"), ("UNIQ_KEY", "U"), ("RETRY_TOPIC", "Orders"), ("ORIGIN_MESSAGE_ID", "ID1"),
            ("DLQ_FROM", "4711"),
        ],
        ResendCopy.PropertiesOf(Block(Letter), 4711, ResendTarget.Group));

    [Fact]
    public void Properties_AreThoseOfAFirstDelivery_ForAllGroups() => AssertProperties(
        [("TAGS", "a"), ("KEYS", "k"), ("UNIQ_KEY", "U"), ("ORIGIN_MESSAGE_ID", "ID1"), ("DLQ_FROM", "4711")],
        ResendCopy.PropertiesOf(Block(Letter), 4711, ResendTarget.Topic));

    [Fact]
    public void OriginTopic_IsTheRetryTopic_WhenTheDeadLetterSaysNoMore()
    {
        Assert.Equal("Orders", ResendCopy.OriginTopicOf(Block(Letter)));
        Assert.Equal("Orders", ResendCopy.OriginTopicOf(Block(("RETRY_TOPIC", "Orders"), ("DLQ_ORIGIN_TOPIC", ""))));
        Assert.Equal("", ResendCopy.OriginTopicOf([]));
    }

    [Theory]
    [InlineData(DeadLetterReason.AttemptsUsedUp, "ATTEMPTS_USED_UP")]
    [InlineData(DeadLetterReason.ConsumerGaveUp, "CONSUMER_GAVE_UP")]
    public void Cause_IsReadAsItWasWritten(DeadLetterReason reason, string name)
    {
        var cause = new DeadLetterCause(reason, 3, "one");
        byte[] block = Block(("DLQ_REASON", name), ("DLQ_ATTEMPTS", "3"), ("DLQ_CONSUMER", "one"));

        Assert.Equal(name, cause.ReasonName);
        Assert.Equal(cause, DeadLetterCause.Read(block, reconsumeTimes: 9));
    }

    [Fact]
    public void Cause_IsUnknown_WhenAnotherBrokerMadeTheDeadLetter() => Assert.Equal(
        new DeadLetterCause(DeadLetterReason.Unknown, 9, ""), DeadLetterCause.Read([], reconsumeTimes: 9));

    [Theory]
    [InlineData("0-0-0", true)]
    [InlineData("3-12-1700000000000", true)]
    [InlineData("", false)]
    [InlineData("1-2", false)]
    [InlineData("1-2-3-4", false)]
    [InlineData("-1-2-3", false)]
    [InlineData("a-2-3", false)]
    [InlineData("1-2-99999999999999999999", false)]
    public void Cursor_IsReadAsItWasGiven(string text, bool isCursor)
    {
        Assert.Equal(isCursor, DeadLetterCursor.TryParse(text, out DeadLetterCursor cursor, out string? problem));
        Assert.Equal(isCursor, problem is null);
        if (isCursor)
            Assert.Equal(text, cursor.ToString());
    }

    private static void AssertProperties((string Name, string Value)[] expected, byte[] block) =>
        Assert.Equal(expected.ToDictionary(pair => pair.Name, pair => pair.Value), PropertyBlock.ToDictionary(block));

    private static byte[] Block(params (string Name, string Value)[] pairs) =>
        PropertyBlock.FromPairs(pairs.Select(pair => KeyValuePair.Create(pair.Name, pair.Value)));
}
