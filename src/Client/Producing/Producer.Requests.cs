using OrleansMq.Client.Replies;
using OrleansMq.Client.Sending;

namespace OrleansMq.Client.Producing;

/// <summary>Requests.</summary>
public sealed partial class Producer
{
    /// <summary>
    /// Sends a message as a request, and waits for the reply of whoever consumes it; see
    /// <see cref="OrleansMqClient.ReplyAsync"/>. Of several replies the first counts.
    /// </summary>
    /// <param name="message">The request; its body must not be changed until the reply is there.</param>
    /// <param name="timeout">How long the whole may take; the consumer is told.</param>
    /// <param name="cancellation">Gives up the wait; the request may be carried out all the same.</param>
    /// <exception cref="NoReplyException">Nobody replied in time.</exception>
    /// <exception cref="SendFailedException">The request was not stored.</exception>
    public Task<Reply> RequestAsync(Message message, TimeSpan timeout, CancellationToken cancellation = default)
    {
        MessageRules.Check(message, _client.Options);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeout, TimeSpan.Zero);
        return RequestReply.RequestAsync(_client, this, message, timeout, cancellation);
    }
}
