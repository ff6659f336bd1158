using OrleansMq.Client.Sending;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Client;

/// <summary>Messages that are sent.</summary>
public sealed partial class BrokerClient
{
    /// <summary>Stores a message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="queueId">The queue; negative leaves the choice to the broker.</param>
    /// <param name="cancellation">Gives up the wait; the message may be stored all the same.</param>
    public async ValueTask<SendOutcome> SendAsync(
        Message message, int queueId = -1, CancellationToken cancellation = default)
    {
        MessageRules.Check(message, _options);
        var outgoing = OutgoingMessage.Of(message, _options.Time);
        SendAnswer answer = await SendAsync(outgoing, queueId, _options.RequestTimeout, cancellation)
            .ConfigureAwait(false);
        return new SendOutcome(
            answer.Status, answer.QueueId, answer.QueueOffset, outgoing.Id.ToString(), answer.Places.TextOf(0))
        {
            RecallHandle = answer.RecallHandle,
            TransactionId = answer.TransactionId,
        };
    }

    /// <summary>The same for a message that was checked, and may have been tried before.</summary>
    internal ValueTask<SendAnswer> SendAsync(
        in OutgoingMessage message, int queueId, TimeSpan timeout, CancellationToken cancellation) =>
        SendAsync(Prepare(message, queueId, isOneWay: false), timeout, cancellation);

    private ValueTask<SendAnswer> SendAsync(SingleSend send, TimeSpan timeout, CancellationToken cancellation) =>
        _connection.InvokeAsync(
            (_sends, send), static (state, opaque, output) => state._sends.WriteSingle(state.send, opaque, output),
            SendAnswer.Reader, timeout, cancellation);

    /// <summary>Stores messages of one topic together, one behind the other: all of them or none.</summary>
    /// <param name="messages">At least one; plain ones, all of the same topic, none delayed.</param>
    /// <param name="queueId">The queue; negative leaves the choice to the broker.</param>
    /// <param name="cancellation">Gives up the wait; the messages may be stored all the same.</param>
    public async ValueTask<BatchOutcome> SendBatchAsync(
        IReadOnlyList<Message> messages, int queueId = -1, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        ArgumentOutOfRangeException.ThrowIfZero(messages.Count, nameof(messages));
        foreach (Message message in messages)
        {
            MessageRules.Check(message, _options);
            if (message.Topic != messages[0].Topic || message.DelayLevel != 0 || message.DeliverAt is not null)
                throw new ArgumentException(
                    "A batch takes messages of one topic that are not delayed.", nameof(messages));
        }

        OutgoingMessage[] outgoing = [.. messages.Select(message => OutgoingMessage.Of(message, _options.Time))];
        SendAnswer answer = await SendBatchAsync(outgoing, queueId, _options.RequestTimeout, cancellation)
            .ConfigureAwait(false);
        return new BatchOutcome(
            answer.Status, answer.QueueId, answer.QueueOffset,
            [.. Enumerable.Range(0, answer.Places.Count).Select(answer.Places.TextOf)]);
    }

    /// <summary>The same for messages that were checked, and may have been tried before.</summary>
    internal ValueTask<SendAnswer> SendBatchAsync(
        ReadOnlyMemory<OutgoingMessage> messages, int queueId, TimeSpan timeout, CancellationToken cancellation)
    {
        var send = new BatchSend(messages.Span[0].Message.Topic, messages, queueId);
        return _connection.InvokeAsync(
            (_sends, send), static (state, opaque, output) => state._sends.WriteBatch(state.send, opaque, output),
            SendAnswer.Reader, timeout, cancellation);
    }

    /// <summary>
    /// Sends a message without knowing whether it is stored; returns the identifier that it was given.
    /// </summary>
    public ValueTask<string> SendOneWayAsync(
        Message message, int queueId = -1, CancellationToken cancellation = default)
    {
        MessageRules.Check(message, _options);
        return SendOneWayAsync(OutgoingMessage.Of(message, _options.Time), queueId, cancellation);
    }

    /// <summary>The same for a message that was checked.</summary>
    internal async ValueTask<string> SendOneWayAsync(
        OutgoingMessage message, int queueId, CancellationToken cancellation)
    {
        SingleSend send = Prepare(message, queueId, isOneWay: true);
        await _connection.SendOneWayAsync(
            (_sends, send), static (state, opaque, output) => state._sends.WriteSingle(state.send, opaque, output),
            cancellation).ConfigureAwait(false);
        return send.Message.Id.ToString();
    }

    /// <summary>Calls a delayed message back, so that it is not delivered.</summary>
    /// <param name="topic">The topic that it is for.</param>
    /// <param name="recallHandle">What its send was answered with.</param>
    /// <param name="cancellation">Gives up the wait; it may be called back all the same.</param>
    public async Task RecallAsync(string topic, string recallHandle, CancellationToken cancellation = default)
    {
        RemotingCommand request = Request(RequestCode.RecallMessage);
        request.Fields["topic"] = topic;
        request.Fields["recallHandle"] = recallHandle;
        await CallAsync(request, cancellation).ConfigureAwait(false);
    }

    private SingleSend Prepare(in OutgoingMessage message, int queueId, bool isOneWay)
    {
        ReadOnlyMemory<byte> body = _sends.Pack(message.Message.Body, out bool isCompressed);
        return new SingleSend(message, body, isCompressed, queueId, isOneWay);
    }
}
