using OrleansMq.Client.Receiving;
using OrleansMq.Client.Sending;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Client;

/// <summary>Replies to requests.</summary>
public sealed partial class BrokerClient
{
    /// <summary>
    /// Has the reply to a request handed to the producer that waits for it; done when that producer has it.
    /// </summary>
    /// <param name="request">The request, as it was received.</param>
    /// <param name="body">The reply.</param>
    /// <param name="cancellation">Gives up the wait; the reply may arrive all the same.</param>
    /// <exception cref="ArgumentException">Nobody waits for a reply to this message.</exception>
    public async Task ReplyAsync(
        ReceivedMessage request, ReadOnlyMemory<byte> body, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var properties = new Dictionary<string, string> { ["MSG_TYPE"] = "reply" };
        foreach (string name in (string[])["CORRELATION_ID", "REPLY_TO_CLIENT", "TTL"])
        {
            if (request.Properties.TryGetValue(name, out string? value))
                properties[name] = value;
        }

        if (!properties.ContainsKey("REPLY_TO_CLIENT")
            || !request.Properties.TryGetValue("CLUSTER", out string? cluster))
        {
            throw new ArgumentException(
                "The message is no request: it lacks the property 'REPLY_TO_CLIENT' or 'CLUSTER'.", nameof(request));
        }

        var message = new Message { Topic = $"{cluster}_REPLY_TOPIC", Body = body, Properties = properties };
        SingleSend send = Prepare(OutgoingMessage.Of(message, _options.Time), queueId: 0, isOneWay: false) with
        {
            Code = RequestCode.SendReplyMessageV2,
        };
        RemotingCommand answer = await _connection.InvokeAsync(
            (_sends, send), static (state, opaque, output) => state._sends.WriteSingle(state.send, opaque, output),
            RemotingCommand.From, _options.RequestTimeout, cancellation).ConfigureAwait(false);
        Require(answer);
    }
}
