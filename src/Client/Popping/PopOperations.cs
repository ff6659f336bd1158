using System.Globalization;
using OrleansMq.Client.Receiving;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;
using OrleansMq.Protocol.Requests;

namespace OrleansMq.Client.Popping;

/// <summary>Messages taken and acknowledged one by one. The operations fail as those of the client do.</summary>
public static class PopOperations
{
    /// <summary>
    /// A pop that the broker holds is answered a little after its time, and must not count as lost by then.
    /// </summary>
    private static readonly TimeSpan HeldPopGrace = TimeSpan.FromSeconds(5);

    /// <summary>Takes messages; none when there were none, or only such as others have.</summary>
    /// <param name="client">The connection.</param>
    /// <param name="brokerName">The broker's name, which goes into the handles.</param>
    /// <param name="pop">What to take.</param>
    /// <param name="cancellation">Gives up the wait; messages may be taken all the same.</param>
    public static async Task<IReadOnlyList<PoppedMessage>> PopAsync(
        this BrokerClient client, string brokerName, PopRequest pop, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(pop);
        RemotingCommand request = Request(client, RequestCode.PopMessage, pop.Group, pop.Topic, pop.QueueId);
        request.Fields["maxMsgNums"] = Text(pop.MaxMessages);
        request.Fields["invisibleTime"] = Text((long)pop.Invisible.TotalMilliseconds);
        request.Fields["pollTime"] = Text((long)pop.Wait.TotalMilliseconds);
        request.Fields["bornTime"] = Text(client.Options.Time.GetUtcNow().ToUnixTimeMilliseconds());
        request.Fields["initMode"] = pop.BeginsAtEnd ? "1" : "0";
        request.Fields["expType"] = pop.ExpressionType;
        request.Fields["exp"] = pop.Expression;
        request.Fields["order"] = pop.IsOrdered ? "true" : "false";
        RemotingCommand answer = await client.Connection.InvokeAsync(
            request, client.Options.RequestTimeout + pop.Wait + (pop.Wait > TimeSpan.Zero ? HeldPopGrace : default),
            cancellation).ConfigureAwait(false);
        if ((ResponseCode)answer.Code is ResponseCode.PollingTimeout or ResponseCode.PollingFull
            or ResponseCode.PullNotFound)
            return [];

        BrokerClient.Require(answer);
        List<ReceivedMessage> messages = RecordDecoder.Decode(answer.Body, pop.Topic, client.Options);
        Dictionary<int, long> starts = messages.GroupBy(message => message.QueueId)
            .ToDictionary(queue => queue.Key, queue => queue.Min(message => message.QueueOffset));
        (long popTime, long invisible) = (Number(answer, "popTime"), Number(answer, "invisibleTime"));
        int reviveQueue = (int)Number(answer, "reviveQid");
        return
        [
            .. from message in messages
               let queueId = message.QueueId
               let delivery = new PopHandle(starts[queueId], popTime, invisible, reviveQueue, brokerName, queueId)
               select new PoppedMessage(pop.Group, message, delivery),
        ];
    }

    /// <summary>
    /// Waits until there is something to take, without taking it. True also when what there is may not be had before
    /// something else is acknowledged.
    /// </summary>
    public static async Task<bool> HasMessagesAsync(
        this BrokerClient client, string group, string topic, TimeSpan wait, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        RemotingCommand request = Request(client, RequestCode.Notification, group, topic, queueId: -1);
        request.Fields["pollTime"] = Text((long)wait.TotalMilliseconds);
        request.Fields["bornTime"] = Text(client.Options.Time.GetUtcNow().ToUnixTimeMilliseconds());
        RemotingCommand answer = await client.Connection.InvokeAsync(
            request, client.Options.RequestTimeout + wait + (wait > TimeSpan.Zero ? HeldPopGrace : default),
            cancellation).ConfigureAwait(false);
        BrokerClient.Require(answer);
        return answer.Fields.GetValueOrDefault("hasMsg") == "true";
    }

    /// <summary>Acknowledges a message: it never comes again to its group.</summary>
    public static async Task AckAsync(
        this BrokerClient client, PoppedMessage message, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        await CallAsync(client, About(client, RequestCode.AckMessage, message), cancellation).ConfigureAwait(false);
    }

    /// <summary>Acknowledges messages with one request; the first that is refused is told, the others count.</summary>
    public static async Task AckAsync(
        this BrokerClient client, IEnumerable<PoppedMessage> messages, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(messages);
        var body = new BatchAckBody();
        foreach (var pop in messages.GroupBy(message => (message.Group, message.Message.Topic, message.Delivery)))
        {
            body.BrokerName = pop.Key.Delivery.BrokerName;
            var ack = new BatchAck
            {
                ConsumerGroup = pop.Key.Group,
                Topic = pop.Key.Topic,
                StartOffset = pop.Key.Delivery.StartOffset,
                QueueId = pop.Key.Delivery.QueueId,
                ReviveQueueId = pop.Key.Delivery.ReviveQueueId,
                PopTime = pop.Key.Delivery.PopTime,
                InvisibleTime = pop.Key.Delivery.InvisibleTime,
            };
            foreach (PoppedMessage message in pop)
                ack.Add(message.Message.QueueOffset);
            body.Acks.Add(ack);
        }

        using var output = new OutputBuffer();
        body.WriteTo(output);
        var request = new RemotingCommand
        {
            Code = (int)RequestCode.BatchAckMessage,
            SerializeType = client.Options.SerializeType,
            Body = output.WrittenMemory,
        };
        await CallAsync(client, request, cancellation).ConfigureAwait(false);
    }

    /// <summary>
    /// Changes when a message comes again, counted from now: to keep it longer, or to put it back. Gives the message as
    /// it is to be named from now on.
    /// </summary>
    public static async Task<PoppedMessage> ChangeInvisibleTimeAsync(
        this BrokerClient client, PoppedMessage message, TimeSpan invisible, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        RemotingCommand request = About(client, RequestCode.ChangeMessageInvisibleTime, message);
        request.Fields["invisibleTime"] = Text((long)invisible.TotalMilliseconds);
        RemotingCommand answer = await CallAsync(client, request, cancellation).ConfigureAwait(false);
        return message with
        {
            Delivery = message.Delivery with
            {
                PopTime = Number(answer, "popTime"),
                InvisibleTime = Number(answer, "invisibleTime"),
            },
        };
    }

    private static RemotingCommand About(BrokerClient client, RequestCode code, PoppedMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        RemotingCommand request = Request(client, code, message.Group, message.Message.Topic, message.Message.QueueId);
        request.Fields["extraInfo"] = message.Handle;
        request.Fields["offset"] = Text(message.Message.QueueOffset);
        return request;
    }

    private static RemotingCommand Request(
        BrokerClient client, RequestCode code, string group, string topic, int queueId)
    {
        var request = new RemotingCommand { Code = (int)code, SerializeType = client.Options.SerializeType };
        request.Fields["consumerGroup"] = group;
        request.Fields["topic"] = topic;
        request.Fields["queueId"] = Text(queueId);
        return request;
    }

    private static async ValueTask<RemotingCommand> CallAsync(
        BrokerClient client, RemotingCommand request, CancellationToken cancellation)
    {
        RemotingCommand answer = await client.Connection.InvokeAsync(
            request, client.Options.RequestTimeout, cancellation).ConfigureAwait(false);
        BrokerClient.Require(answer);
        return answer;
    }

    private static long Number(RemotingCommand answer, string field) => BrokerClient.Number(answer, field);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
