using OrleansMq.Client.Consuming.Handling;
using OrleansMq.Client.Receiving;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Client;

/// <summary>Messages that are handed back.</summary>
public sealed partial class BrokerClient
{
    /// <summary>
    /// Hands a message that could not be consumed back: it comes again later, or becomes a dead letter.
    /// </summary>
    /// <param name="group">The consumer's group.</param>
    /// <param name="message">The message.</param>
    /// <param name="delayLevel">When it comes again; 0 leaves it to the broker, below 0 makes it a dead letter.</param>
    /// <param name="maxTries">How often it may come again; below 0 for what the group is configured to.</param>
    /// <param name="cancellation">Gives up the wait.</param>
    public async Task SendBackAsync(
        string group, ReceivedMessage message, int delayLevel = 0, int maxTries = -1,
        CancellationToken cancellation = default) =>
        await CallAsync(SendBackRequest(group, message, delayLevel, maxTries), cancellation).ConfigureAwait(false);

    /// <summary>
    /// The same with all that a consumer knows. Brokers that do not know the fields for it overlook them.
    /// </summary>
    internal async Task SendBackAsync(string group, SendBack sendBack, CancellationToken cancellation = default)
    {
        RemotingCommand request = SendBackRequest(
            group, sendBack.Message, sendBack.DelayLevel, sendBack.MaxAttempts - 1 ?? -1);
        if (sendBack.After is { } after && !sendBack.IsDeadLetter)
            request.Fields["retryDelayMs"] = Text((long)after.TotalMilliseconds);
        if (!string.IsNullOrEmpty(sendBack.Reason))
            request.Fields["retryReason"] = sendBack.Reason;
        request.Fields["retryAttempts"] = Text(sendBack.Attempts);
        await CallAsync(request, cancellation).ConfigureAwait(false);
    }

    private RemotingCommand SendBackRequest(string group, ReceivedMessage message, int delayLevel, int maxTries)
    {
        ArgumentNullException.ThrowIfNull(message);
        RemotingCommand request = Request(RequestCode.ConsumerSendMessageBack);
        request.Fields["offset"] = Text(message.PhysicalOffset);
        request.Fields["group"] = group;
        request.Fields["delayLevel"] = Text(delayLevel);
        request.Fields["originMsgId"] = message.MessageId;
        request.Fields["originTopic"] = message.Topic;
        if (maxTries >= 0)
            request.Fields["maxReconsumeTimes"] = Text(maxTries);
        return request;
    }
}
