using System.Buffers;
using System.Text;
using OrleansMq.Protocol.Bodies;

namespace OrleansMq.Protocol.Tests.Bodies;

/// <summary>The bodies by which operators see transactions.</summary>
public sealed class TransactionBodyTests
{
    [Fact]
    public void List_IsWrittenAsItIsRead()
    {
        const string Text = """
            {"transactions":[{"brokerName":"b","commitLogOffset":7,"state":"parked","producerGroup":"g","topic":"t","queueId":3,"uniqueKey":"k","msgId":"m","checks":15,"storeTimestamp":1000,"nextCheckTimestamp":2000}],"next":"b@7","unreachable":["c"]}
            """;
        Assert.True(TransactionList.TryRead(Encoding.UTF8.GetBytes(Text), out TransactionList? list, out _));
        TransactionInfo one = Assert.Single(list.Transactions);
        Assert.Equal(("b", 7L, "parked", "g"), (one.BrokerName, one.CommitLogOffset, one.State, one.ProducerGroup));
        Assert.Equal(("t", 3, "k", "m", 15), (one.Topic, one.QueueId, one.UniqueKey, one.MsgId, one.Checks));

        var output = new ArrayBufferWriter<byte>();
        list.WriteTo(output);
        Assert.Equal(Text.Trim(), Encoding.UTF8.GetString(output.WrittenSpan));
    }

    [Fact]
    public void Resumed_IsWrittenAsItIsRead()
    {
        const string Text = """{"resumed":3,"left":1,"unreachable":["c"]}""";
        Assert.True(ResumedTransactions.TryRead(
            Encoding.UTF8.GetBytes(Text), out ResumedTransactions? resumed, out _));
        Assert.Equal((3, 1, "c"), (resumed.Resumed, resumed.Left, Assert.Single(resumed.Unreachable)));

        var output = new ArrayBufferWriter<byte>();
        resumed.WriteTo(output);
        Assert.Equal(Text, Encoding.UTF8.GetString(output.WrittenSpan));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"transactions\":3}")]
    public void List_IsRefusedWithAReason_WhenItIsNone(string text)
    {
        Assert.False(TransactionList.TryRead(Encoding.UTF8.GetBytes(text), out _, out string? problem));
        Assert.NotEmpty(problem);
    }
}
