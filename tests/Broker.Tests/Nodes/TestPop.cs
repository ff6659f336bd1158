using System.Text;
using OrleansMq.Broker.Clustering;
using OrleansMq.Broker.Popping;
using OrleansMq.Broker.Sending;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;
using OrleansMq.Protocol.Requests;

namespace OrleansMq.Broker.Tests.Nodes;

/// <summary>Pops of a test, and what consumers say of the messages they got.</summary>
internal static class TestPop
{
    public const long Invisible = 60_000;

    /// <summary>Pops without waiting.</summary>
    public static (PopOutcome Outcome, Popped[] Messages) Pop(
        this TestBroker broker, string topic = "Orders", string group = "consumers", int max = 32, int queueId = 0,
        bool isOrdered = false, string expression = "", string expressionType = "TAG", bool beginsAtEnd = false,
        long invisible = Invisible)
    {
        var request = new PopMessageRequest
        {
            ConsumerGroup = group,
            Topic = topic,
            QueueId = queueId,
            MaxMessages = max,
            InvisibleMilliseconds = invisible,
            Expression = Encoding.UTF8.GetBytes(expression),
            ExpressionType = Encoding.UTF8.GetBytes(expressionType),
            IsOrdered = isOrdered,
            BeginsAtEnd = beginsAtEnd,
        };
        using var body = new OutputBuffer();
        PopOutcome outcome = broker.Node.Popper.Pop(request, "client-1", body);
        while (outcome.Missing is { } missing)
        {
            Task<MetadataRefusal?> provided = missing.ProvideAsync(broker.Node.ControlPlane).AsTask();
            Assert.True(provided.IsCompleted);
            Assert.Null(provided.GetAwaiter().GetResult());
            body.Clear();
            outcome = broker.Node.Popper.Pop(request, "client-1", body);
        }

        broker.Node.Pump();
        ReceivedRecord[] records = ReceivedRecord.ReadAll(body.WrittenSpan);
        Assert.Equal(outcome.Messages.Select(message => message.Offset), records.Select(record => record.QueueOffset));
        return (outcome,
        [
            .. records.Zip(outcome.Messages, (record, message) => new Popped(
                new PopKey(group, topic, message.QueueId), new PopReceipt(message.Offset, outcome.PoppedAt), record)),
        ]);
    }

    /// <summary>Pops and gives the bodies.</summary>
    public static string[] PopBodies(this TestBroker broker, int max = 32, bool isOrdered = false) =>
        [.. broker.Pop(max: max, isOrdered: isOrdered).Messages.Select(message => message.Record.Body)];

    public static SendResult Ack(this TestBroker broker, params Popped[] messages)
    {
        SendResult result = broker.Node.Popper.Acknowledge(
            messages[0].Key, [.. messages.Select(message => message.Receipt)], "client-1");
        broker.Node.Pump();
        return result;
    }

    public static SendResult Change(this TestBroker broker, Popped message, TimeSpan invisible)
    {
        SendResult result = broker.Node.Pops.Change(
            message.Key, message.Receipt, (long)invisible.TotalMilliseconds, out _);
        broker.Node.Pump();
        return result;
    }

    public static void AssertStored(this SendResult result) => Assert.Equal(ResponseCode.Success, result.Code);

    /// <summary>A message that was handed out.</summary>
    public sealed record Popped(PopKey Key, PopReceipt Receipt, ReceivedRecord Record);
}
