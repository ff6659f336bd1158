using System.Reflection;
using System.Text;
using OrleansMq.Messages.Properties;

namespace OrleansMq.Messages.Tests.Properties;

public sealed class PropertyNamesTests
{
    private delegate ReadOnlySpan<byte> NameGetter();

    /// <summary>The names stand in stored records and on the wire; a change loses data without an error.</summary>
    [Fact]
    public void Names_AreFrozen()
    {
        string[] expected =
        [
            "Keys=KEYS", "Tags=TAGS", "Wait=WAIT", "DelayLevel=DELAY", "RetryTopic=RETRY_TOPIC",
            "RealTopic=REAL_TOPIC", "RealQueueId=REAL_QID", "OriginMessageId=ORIGIN_MESSAGE_ID",
            "ReconsumeTime=RECONSUME_TIME", "MaxReconsumeTimes=MAX_RECONSUME_TIMES", "UniqueKey=UNIQ_KEY",
            "TimerDelaySeconds=TIMER_DELAY_SEC", "TimerDelayMilliseconds=TIMER_DELAY_MS",
            "TimerDeliverMilliseconds=TIMER_DELIVER_MS", "TimerOutMilliseconds=TIMER_OUT_MS",
            "TransactionPrepared=TRAN_MSG", "RecordChecksum=__CRC32#", "DeadLetterOriginTopic=DLQ_ORIGIN_TOPIC",
            "DeadLetterOriginMessageId=DLQ_ORIGIN_MESSAGE_ID",
        ];
        IEnumerable<string> actual = typeof(PropertyNames).GetProperties(BindingFlags.Public | BindingFlags.Static)
            .Select(property => $"{property.Name}={Read(property)}");
        Assert.Subset(actual.ToHashSet(), expected.ToHashSet());
    }

    private static string Read(PropertyInfo property) =>
        Encoding.UTF8.GetString(property.GetMethod!.CreateDelegate<NameGetter>()());
}
