using OrleansMq.Broker.DeadLetters;
using OrleansMq.Broker.Retries;
using OrleansMq.Messages.Properties;

namespace OrleansMq.Broker.Tests.Retries;

public sealed class RetryCopyTests
{
    [Fact]
    public void ForRetry_NotesTheOrigin_OfAFirstFailure()
    {
        byte[] original = Block(
            ("TAGS", "a"), ("WAIT", "true"), ("DELAY", "1"), ("TIMER_DELIVER_MS", "1"), ("TIMER_DELAY_MS", "1"),
            ("TIMER_DELAY_SEC", "1"), ("TIMER_OUT_MS", "1"), ("TIMER_FROM", "1"), ("REAL_TOPIC", "x"), (
                "REAL_QID", "1"));
        AssertProperties(
            [("TAGS", "a"), ("RETRY_TOPIC", "Orders"), ("ORIGIN_MESSAGE_ID", "ID1"), ("DELAY", "4")],
            RetryCopy.ForRetry(original, "Orders"u8, "ID1", 4));
    }

    [Fact]
    public void ForRetry_KeepsTheOrigin_OfALaterFailure()
    {
        byte[] first = RetryCopy.ForRetry(Block(("TAGS", "a")), "Orders"u8, "ID1", 3);
        AssertProperties(
            [("TAGS", "a"), ("RETRY_TOPIC", "Orders"), ("ORIGIN_MESSAGE_ID", "ID1"), ("DELAY", "4")],
            RetryCopy.ForRetry(first, "%RETRY%group"u8, "ID2", 4));
    }

    [Fact]
    public void ForRetry_AsksForAnExactDelay_WhenThereIsOne() => AssertProperties(
        [("RETRY_TOPIC", "Orders"), ("ORIGIN_MESSAGE_ID", "ID1"), ("TIMER_DELAY_MS", "7500")],
        RetryCopy.ForRetry(Block(("DELAY", "1")), "Orders"u8, "ID1", 4, delayMilliseconds: 7_500));

    [Fact]
    public void ForRetry_SetsTheOrigin_WhenItIsEmpty()
    {
        byte[] original = Block(("RETRY_TOPIC", ""), ("ORIGIN_MESSAGE_ID", ""));
        AssertProperties(
            [("RETRY_TOPIC", "Orders"), ("ORIGIN_MESSAGE_ID", "ID1"), ("DELAY", "3")],
            RetryCopy.ForRetry(original, "Orders"u8, "ID1", 3));
    }

    [Fact]
    public void ForDeadLetter_NotesTheFirstTopicAndMessage()
    {
        byte[] first = RetryCopy.ForRetry(Block(("TAGS", "a")), "Orders"u8, "ID1", 3);
        AssertProperties(
            [
                ("TAGS", "a"), ("RETRY_TOPIC", "Orders"), ("ORIGIN_MESSAGE_ID", "ID1"), ("DLQ_ORIGIN_TOPIC", "Orders"),
                ("DLQ_ORIGIN_MESSAGE_ID", "ID1"), ("DLQ_REASON", "ATTEMPTS_USED_UP"), ("DLQ_ATTEMPTS", "17"),
                ("DLQ_CONSUMER", "one"),
            ],
            RetryCopy.ForDeadLetter(
                first, "%RETRY%group"u8, "ID2", new DeadLetterCause(DeadLetterReason.AttemptsUsedUp, 17, "one")));
    }

    [Fact]
    public void ForDeadLetter_NotesTheMessageItself_WhenItWasNeverRetried() => AssertProperties(
        [
            ("RETRY_TOPIC", "Orders"), ("ORIGIN_MESSAGE_ID", "ID1"), ("DLQ_ORIGIN_TOPIC", "Orders"),
            ("DLQ_ORIGIN_MESSAGE_ID", "ID1"), ("DLQ_REASON", "CONSUMER_GAVE_UP"), ("DLQ_ATTEMPTS", "1"),
        ],
        RetryCopy.ForDeadLetter(
            Block(("DLQ_FROM", "7"), ("DLQ_CONSUMER", "before")), "Orders"u8, "ID1",
            new DeadLetterCause(DeadLetterReason.ConsumerGaveUp, 1, "")));

    [Fact]
    public void ForDeadLetter_SaysWhatTheConsumerSaid_AsFarAsItFits()
    {
        string said = "no\u0001stock\u0002" + new string('x', 2_000);
        byte[] copy = RetryCopy.ForDeadLetter(
            Block(("DLQ_ERROR", "before")), "Orders"u8, "ID1",
            new DeadLetterCause(DeadLetterReason.ConsumerGaveUp, 1, "", said));

        string error = PropertyBlock.ToDictionary(copy)["DLQ_ERROR"];
        Assert.Equal("no stock " + new string('x', 1_000 - 9), error);
        Assert.Equal(error, DeadLetterCause.Read(copy, 0).Error);
    }

    private static void AssertProperties((string Name, string Value)[] expected, byte[] block) =>
        Assert.Equal(expected.ToDictionary(pair => pair.Name, pair => pair.Value), PropertyBlock.ToDictionary(block));

    private static byte[] Block(params (string Name, string Value)[] pairs) =>
        PropertyBlock.FromPairs(pairs.Select(pair => KeyValuePair.Create(pair.Name, pair.Value)));
}
