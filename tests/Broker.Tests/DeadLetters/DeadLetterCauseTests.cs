using System.Text;
using OrleansMq.Broker.DeadLetters;
using OrleansMq.Broker.Retries;
using OrleansMq.Messages.Properties;

namespace OrleansMq.Broker.Tests.DeadLetters;

public sealed class DeadLetterCauseTests
{
    [Fact]
    public void Cause_IsReadAsItWasWritten_InOneShortLine()
    {
        string error = "IOException: disk\r\n\u0001\u0002 away" + new string('x', 2_000);
        var cause = new DeadLetterCause(DeadLetterReason.AttemptsUsedUp, 5, "grain", error);

        byte[] properties = RetryCopy.ForDeadLetter([], "Orders"u8, "ID", cause);
        DeadLetterCause read = DeadLetterCause.Read(properties, reconsumeTimes: 0);
        Assert.Equal((DeadLetterReason.AttemptsUsedUp, 5, "grain"), (read.Reason, read.Attempts, read.Consumer));
        Assert.StartsWith("IOException: disk     away", read.Error, StringComparison.Ordinal);
        Assert.Equal(1_000, read.Error.Length);
    }

    [Fact]
    public void Cause_SaysNothingOfAnError_WhenThereIsNone()
    {
        byte[] before = PropertyBlock.FromPairs([new("DLQ_ERROR", "of an earlier life")]);

        byte[] properties = RetryCopy.ForDeadLetter(
            before, "Orders"u8, "ID", new DeadLetterCause(DeadLetterReason.ConsumerGaveUp, 1, ""));
        Assert.DoesNotContain("DLQ_ERROR", Encoding.UTF8.GetString(properties), StringComparison.Ordinal);
        Assert.Equal("", DeadLetterCause.Read(properties, reconsumeTimes: 0).Error);
    }
}
